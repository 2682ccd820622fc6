-- Moves a partition's position forward, or to wherever it is told.
--
-- KEYS[1]  the service's tag
-- ARGV     field (hub and partition); sequence number; creation time of the hub (ms); position (JSON); '1' to move it in any direction
-- Returns  'moved' | 'made', where there was none | 'kept', when another owner is further or knows a later life of the hub
local key = KEYS[1] .. 'positions'
local stored = redis.call('HGET', key, ARGV[1])
if stored and ARGV[5] ~= '1' then
  local before = cjson.decode(stored)
  if before.hubCreatedAt > tonumber(ARGV[3]) then return 'kept' end
  if before.hubCreatedAt == tonumber(ARGV[3]) and before.sequenceNumber > tonumber(ARGV[2]) then return 'kept' end
end
redis.call('HSET', key, ARGV[1], ARGV[4])
return stored and 'moved' or 'made'
