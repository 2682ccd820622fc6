-- Removes what is left of a shard that is no more.
--
-- KEYS[1]  the shard's tag
-- Returns  how many keys there were
local cursor, count = '0', 0
repeat
  local reply = redis.call('SCAN', cursor, 'MATCH', KEYS[1] .. '*', 'COUNT', 1000)
  cursor = reply[1]
  for _, key in ipairs(reply[2]) do count = count + redis.call('UNLINK', key) end
until cursor == '0'
return count
