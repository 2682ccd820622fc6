-- Moves a partition's position forward, or to wherever it is told.
--
-- KEYS[1]  the service's tag
-- ARGV     field (hub and partition); sequence number; creation time of the hub (ms); position (JSON); '1' to move it in any direction;
--          the partition's marks that must be there: field, n, then (tag of a part of the state, mark)
-- Returns  'moved' | 'made', where there was none | 'kept', when another owner is further or knows a later life of the hub
--          'unseen' when not all marks are there, or not to be seen from here: the parts may lie on other nodes of a Cluster
for i = 8, 6 + 2 * tonumber(ARGV[7]), 2 do
  local mark = redis.pcall('HGET', ARGV[i] .. 'marks', ARGV[6])
  if type(mark) ~= 'string' or tonumber(mark) < tonumber(ARGV[i + 1]) then return 'unseen' end
end

local key = KEYS[1] .. 'positions'
local stored = redis.call('HGET', key, ARGV[1])
if stored and ARGV[5] ~= '1' then
  local before = cjson.decode(stored)
  if before.hubCreatedAt > tonumber(ARGV[3]) then return 'kept' end
  if before.hubCreatedAt == tonumber(ARGV[3]) and before.sequenceNumber > tonumber(ARGV[2]) then return 'kept' end
end
redis.call('HSET', key, ARGV[1], ARGV[4])
return stored and 'moved' or 'made'
