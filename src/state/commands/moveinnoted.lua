-- Takes a tenant's suppressions in as another shard had them, and who is erased there; to do it again changes nothing.
--
-- KEYS[1]  the shard's tag
-- ARGV     tenant; a fresh version; keys: n, then (name behind the tag, as DUMP gives it);
--          suppressions: n, then (id, when it ends or goes (ms), how many it has hidden or '');
--          erased: n, then (mark, until when (ms))
-- Returns  'taken'
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local tenant, version = take(), take()
for _ = 1, tonumber(take()) do
  local name, value = take(), take()
  redis.call('RESTORE', tag .. name, 0, value, 'REPLACE')
end
local suppressions = tonumber(take())
for _ = 1, suppressions do
  local id, due, hid = take(), take(), take()
  redis.call('HSET', tag .. 'sup', id, tenant)
  redis.call('ZADD', tag .. 'supdue', due, id)
  if hid ~= '' then redis.call('HSET', tag .. 'hid', id, hid) end
end
if suppressions > 0 then
  redis.call('SADD', tag .. 'suptenants', tenant)
  redis.call('ZADD', tag .. 'decide', 'NX', 0, tenant)
end
local erased = tonumber(take())
for _ = 1, erased do
  local mark, at = take(), take()
  redis.call('ZADD', tag .. 'erased', 'GT', at, mark)
end
if erased > 0 then redis.call('HSET', tag .. 'meta', 'erased', version) end
return 'taken'
