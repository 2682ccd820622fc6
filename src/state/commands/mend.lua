-- Looks whether the server has evicted keys since it was last asked, and if so makes the deliveries a whole again: what is left
-- of each delivery says in which lists it stands. A target that lacks some of what waited has no place any more, so that
-- whoever follows the feed for it begins anew.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     now (ms)
-- Returns  'same' | 'mended'
local tag = KEYS[1]
-- Where nothing is noted, that itself may have been evicted.
local before = redis.call('HGET', tag .. 'meta', 'evicted')
local told, isMore = evictedSince(before or '')
if before and not isMore then return 'same' end

local targets, lists = {}, {}
local function targetOf(name)
  targets[name] = targets[name] or { count = 0, bytes = 0, failedBytes = 0, due = {}, asked = {}, claims = {} }
  return targets[name]
end
local deliveries, byId = {}, {}
local cursor = '0'
repeat
  local reply = redis.call('SCAN', cursor, 'MATCH', tag .. '*', 'COUNT', 1000)
  cursor = reply[1]
  for _, key in ipairs(reply[2]) do
    local kind, rest = string.match(string.sub(key, #tag + 1), '^([^:]*):(.*)$')
    if kind == 't' then targetOf(rest)
    elseif kind == 'd' and not byId[rest] then
      byId[rest] = true
      deliveries[#deliveries + 1] = rest
    elseif kind == 'f' or kind == 's' or kind == 'due' or kind == 'asked' or kind == 'claims' then lists[#lists + 1] = { key, kind, rest } end
  end
until cursor == '0'

-- Each delivery as it lies there, those of a finding in the order in which they came.
local whole = {}
for _, id in ipairs(deliveries) do
  local key = tag .. 'd:' .. id
  local name, status, order, finding, bytes, event, due, test, claim =
    unpack(redis.call('HMGET', key, 'target', 'status', 'order', 'finding', 'bytes', 'event', 'due', 'test', 'claim'))
  if not name then redis.call('DEL', key)
  else
    local a, b = string.match(event or '', '(%d+)%-(%d+)$')
    whole[#whole + 1] = {
      id = id, name = name, status = status, order = order, finding = finding, bytes = tonumber(bytes or 0), due = tonumber(due or 0),
      isTest = test and true, claim = claim, a = tonumber(a or 0), b = tonumber(b or 0), hasJson = redis.call('HEXISTS', key, 'json') == 1,
    }
    byId[id] = whole[#whole]
  end
end
table.sort(whole, function(one, other)
  if one.order ~= other.order then return one.order < other.order end
  if one.a ~= other.a then return one.a < other.a end
  if one.b ~= other.b then return one.b < other.b end
  return one.id < other.id
end)

-- What the lists say that are left, before they are made anew.
local listed = {}
for _, list in ipairs(lists) do
  local key, kind, rest = unpack(list)
  if kind == 'f' then
    listed[rest] = redis.call('LRANGE', key, 0, -1)
    for _, id in ipairs(listed[rest]) do if type(byId[id]) == 'table' then byId[id].isListed = true end end
  elseif kind ~= 's' then
    local found = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #found, 2 do targetOf(rest)[kind][found[i]] = found[i + 1] end
  end
  redis.call('DEL', key)
end

local first = {}
local function append(one)
  local finding = one.name .. ':' .. one.finding
  if redis.call('RPUSH', tag .. 'f:' .. finding, one.id) == 1 then first[#first + 1] = one end
end
for _, one in ipairs(whole) do
  local own = targetOf(one.name)
  redis.call('ZADD', tag .. 's:' .. one.name .. ':' .. one.status, 0, one.order .. '|' .. one.id)
  if one.status == 'failed' and one.hasJson and not one.isTest then own.failedBytes = own.failedBytes + one.bytes end
  if one.status == 'waiting' and one.isTest then first[#first + 1] = one
  elseif one.status == 'waiting' then
    own.count = own.count + 1
    own.bytes = own.bytes + one.bytes
    -- A list was lost as one: what it had came before what was put there since.
    if not one.isListed then append(one) end
  end
end
for _, ids in pairs(listed) do
  for _, id in ipairs(ids) do
    local one = byId[id]
    if type(one) == 'table' and one.status == 'waiting' then append(one) end
  end
end

-- Only the first of a finding is due, unless someone has it in hand.
for _, one in ipairs(first) do
  local own = targetOf(one.name)
  local function put(set, score) redis.call('ZADD', tag .. set .. ':' .. one.name, score, one.id) end
  if one.claim and own.claims[one.id] then put('claims', own.claims[one.id])
  else
    redis.call('HDEL', tag .. 'd:' .. one.id, 'claim')
    if one.isTest or own.asked[one.id] then put('asked', own.asked[one.id] or one.due)
    else put('due', own.due[one.id] or one.due) end
  end
end

for name, own in pairs(targets) do
  local target = tag .. 't:' .. name
  if own.count < tonumber(redis.call('HGET', target, 'count') or 0) then redis.call('HDEL', target, 'place') end
  redis.call('SADD', tag .. 'targets', name)
  -- Whoever has it says so again soon; if nobody does, it goes like any other.
  redis.call('HSETNX', target, 'seenAt', ARGV[1])
  redis.call('HSET', target, 'count', own.count, 'bytes', own.bytes, 'failedBytes', own.failedBytes)
end
redis.call('HSET', tag .. 'meta', 'evicted', told)
return 'mended'
