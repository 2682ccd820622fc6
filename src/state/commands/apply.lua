-- Applies facts of one shard in one step, or refuses and writes nothing.
--
-- KEYS[1]  the shard's tag; every key is built from it and shares its slot
-- ARGV     generation that the caller knows; server that it has read from; now (ms since the Unix epoch); a fresh fact version for every actor touched;
--          the partition's mark: field, value that the caller last saw or '', value to raise it to
--          cells:    n, then (key, field, SHA-1 of the value expected or '', new value, '' to delete it or '=' to leave it)
--          operations: n, then (actor, actor as JSON, tenant, index member or '' when known, tokens: n, token...)
--          sign-ins: n, then (bytes to fold or '' when known, tokens: n, token...)
--          expiry:   n, then (slot, entry)
--          near:     n, then (member, due ms)
--          tenants:  n, then tenant...
-- Returns  {'applied', actor...} actors that are owed a fold; of very many only some, and the others wait for whoever looks next
--          {'lost', generation now, field and value of the mark that is behind}
--          {'changed'} when a cell, or the server, is not what the caller read: read again and try again
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if take() ~= generation then return { 'lost', generation } end
if take() ~= servedBy() then return { 'changed' } end
local now, version = take(), take()

local field, seen, target = take(), take(), take()
local mark = redis.call('HGET', tag .. 'marks', field)
if seen ~= '' and (not mark or tonumber(mark) < tonumber(seen)) then return { 'lost', generation, field, mark or '' } end

local cells = {}
for _ = 1, tonumber(take()) do
  local key, field, expected, value = take(), take(), take(), take()
  local stored = redis.call('HGET', key, field)
  if (stored and redis.sha1hex(stored) or '') ~= expected then return { 'changed' } end
  cells[#cells + 1] = { key, field, value }
end
for _, cell in ipairs(cells) do
  if cell[3] == '' then redis.call('HDEL', cell[1], cell[2])
  elseif cell[3] ~= '=' then redis.call('HSET', cell[1], cell[2], cell[3]) end
end

local touched, order = {}, {}
local function touch(actor)
  if touched[actor] then return end
  touched[actor] = true
  if #order < 10000 then order[#order + 1] = actor end
  redis.call('HSET', tag .. 'a:' .. actor, 'facts', version)
  redis.call('ZADD', tag .. 'fold', 'NX', now, actor)
end

for _ = 1, tonumber(take()) do
  local actor, json, tenant, member = take(), take(), take(), take()
  redis.call('HSETNX', tag .. 'a:' .. actor, 'actor', json)
  redis.call('SADD', tag .. 'actors:' .. tenant, actor)
  if member ~= '' then redis.call('ZADD', tag .. 'ai:' .. actor, 0, member) end
  for _ = 1, tonumber(take()) do redis.call('SADD', tag .. 't:' .. take(), actor) end
  touch(actor)
end

for _ = 1, tonumber(take()) do
  local bytes = take()
  local own = {}
  for _ = 1, tonumber(take()) do
    for _, actor in ipairs(redis.call('SMEMBERS', tag .. 't:' .. take())) do own[actor] = true end
  end
  for actor in pairs(own) do
    if bytes ~= '' then redis.call('RPUSH', tag .. 'ap:' .. actor, bytes) end
    touch(actor)
  end
end

for _ = 1, tonumber(take()) do
  local slot, entry = take(), take()
  redis.call('RPUSH', tag .. 'due:' .. slot, entry)
  redis.call('ZADD', tag .. 'due', slot, slot)
end
for _ = 1, tonumber(take()) do
  local member, due = take(), take()
  redis.call('ZADD', tag .. 'near', due, member)
end
for _ = 1, tonumber(take()) do redis.call('SADD', tag .. 'tenants', take()) end
if tonumber(mark or '-1') < tonumber(target) then redis.call('HSET', tag .. 'marks', field, target) end

table.insert(order, 1, 'applied')
return order
