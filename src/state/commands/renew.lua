-- Looks whether the server has evicted keys since it was last asked. What is left of a part of the state is then no whole any
-- more: all that can be read again goes, and with it every finding of which something is missing, and the generation is another.
--
-- KEYS[1]  the part's tag
-- ARGV     a fresh random value; what the caller was told last of evicted keys, or '';
--          'evicted' where it is known that keys of this very generation were, whatever the server tells of it now;
--          'opened' where a part that has no generation is to get one, and nothing else: there was nothing, or that key was lost alone;
--          how many evidence items a finding lists at most
-- Returns  {'same' | 'renewed', what the server tells of evicted keys, generation before, generation now}
local tag = KEYS[1]
local itemsMax = tonumber(ARGV[4])
local meta = tag .. 'meta'
local generation = redis.call('HGET', meta, 'generation') or ''
local before = redis.call('HGET', meta, 'evicted') or ARGV[2]
local told, isMore = evictedSince(before)
if ARGV[3] == 'opened' then
  if generation ~= '' then return { 'same', told, generation, generation } end
elseif ARGV[3] ~= 'evicted' and (before == '' or not isMore) then
  if before ~= told then redis.call('HSET', meta, 'evicted', told) end
  return { 'same', told, generation, generation }
end

-- Findings that stand whole, with every key and every list that has to do with them.
local member = {}
for _, one in ipairs(redis.call('ZRANGE', tag .. 'list', 0, -1)) do member[string.match(one, '^[^|]*|([^|]*)|')] = one end
local whole, keys = {}, {}
local cursor = '0'
repeat
  local reply = redis.call('SCAN', cursor, 'MATCH', tag .. '*', 'COUNT', 1000)
  cursor = reply[1]
  for _, key in ipairs(reply[2]) do keys[#keys + 1] = string.sub(key, #tag + 1) end
until cursor == '0'
for _, key in ipairs(keys) do
  local id = string.match(key, '^f:(.*)$')
  if id then
    local found = redis.call('HMGET', tag .. key, 'core', 'actor', 'body', 'noted')
    local kept = redis.call('ZSCORE', tag .. 'kept', id) and found[3]
    if not found[1] then whole[id] = kept
    elseif kept and found[2] and member[id] and redis.call('HEXISTS', tag .. 'af:' .. found[2], id) == 1 then
      local core = cjson.decode(found[1])
      -- One that was stored again meanwhile has all its keys, though not all that was in them.
      whole[id] = redis.call('HLEN', tag .. 'fm:' .. id) == core.itemCount and redis.call('SCARD', tag .. 'fc:' .. id) == core.correlationCount
        and redis.call('HLEN', tag .. 'fe:' .. id) == math.min(core.itemCount, itemsMax) and redis.call('EXISTS', tag .. 'fs:' .. id) == 1
        and redis.call('ZCARD', tag .. 'fh:' .. id) == tonumber(found[4] or 0)
        and redis.call('ZSCORE', tag .. 'list:' .. core.actor.tenantId, member[id]) and true
    end
  end
end

local stays = {
  meta = true, feed = true, feederased = true, erased = true, ids = true, letters = true, order = true,
  sup = true, suptenants = true, supended = true, supdue = true, hid = true, decide = true,
}
for _, key in ipairs(keys) do
  local kind, rest = string.match(key, '^([^:]*):?(.*)$')
  if kind == 'list' then
    for _, one in ipairs(redis.call('ZRANGE', tag .. key, 0, -1)) do
      if not whole[string.match(one, '^[^|]*|([^|]*)|')] then redis.call('ZREM', tag .. key, one) end
    end
  elseif kind == 'kept' or kind == 'quiet' then
    for _, id in ipairs(redis.call('ZRANGE', tag .. key, 0, -1)) do
      if not whole[id] then redis.call('ZREM', tag .. key, id) end
    end
  elseif kind == 'af' then
    for _, id in ipairs(redis.call('HKEYS', tag .. key)) do
      if not whole[id] then redis.call('HDEL', tag .. key, id) end
    end
  elseif kind == 'f' or kind == 'fm' or kind == 'fc' or kind == 'fe' or kind == 'fs' or kind == 'fh' or kind == 'fi' then
    if not whole[rest] then redis.call('UNLINK', tag .. key) end
  elseif not stays[kind] then
    redis.call('UNLINK', tag .. key)
  end
end
-- Suppressions stay that are left, each again in all its places; what they hide is decided anew.
for _, key in ipairs(keys) do
  local kind, tenant = string.match(key, '^(%a+):(.*)$')
  if kind == 'list' then redis.call('ZADD', tag .. 'decide', 'NX', 0, tenant) end
  if kind == 'sup' or kind == 'supended' then
    local fields = redis.call('HGETALL', tag .. key)
    for i = 1, #fields, 2 do
      if fields[i] ~= 'version' then
        redis.call('HSET', tag .. 'sup', fields[i], tenant)
        redis.call('ZADD', tag .. 'supdue', 'NX', cjson.decode(fields[i + 1]).expiresAt, fields[i])
      end
    end
    redis.call('SADD', tag .. 'suptenants', tenant)
  end
end
for _, id in ipairs(redis.call('ZRANGE', tag .. 'supdue', 0, -1)) do
  local tenant = redis.call('HGET', tag .. 'sup', id)
  if not tenant or redis.call('HEXISTS', tag .. 'sup:' .. tenant, id) + redis.call('HEXISTS', tag .. 'supended:' .. tenant, id) == 0 then
    redis.call('ZREM', tag .. 'supdue', id)
    redis.call('HDEL', tag .. 'sup', id)
    redis.call('HDEL', tag .. 'hid', id)
    redis.call('DEL', tag .. 'hid:' .. id)
  end
end
-- Dead letters stay where both the letter and its place in the list are left, each once.
local listed, bytes = {}, 0
for _, place in ipairs(redis.call('ZRANGE', tag .. 'order', 0, -1)) do
  local id = string.match(place, '|(.*)$')
  local size = redis.call('HSTRLEN', tag .. 'letters', id)
  if size == 0 or listed[id] then redis.call('ZREM', tag .. 'order', place)
  else
    listed[id] = true
    bytes = bytes + size
  end
end
for _, id in ipairs(redis.call('HKEYS', tag .. 'letters')) do
  if not listed[id] then redis.call('HDEL', tag .. 'letters', id) end
end
if bytes > 0 or redis.call('HEXISTS', meta, 'bytes') == 1 then redis.call('HSET', meta, 'bytes', bytes) end
-- Whoever was erased stays so, where their marks are left.
if redis.call('EXISTS', tag .. 'erased') == 1 then redis.call('HSETNX', meta, 'erased', ARGV[1]) end
redis.call('HSET', meta, 'generation', ARGV[1], 'evicted', told)
return { 'renewed', told, generation, ARGV[1] }
