-- Writes down how many shards there are, or that this is being changed; refuses where it is another than was read.
--
-- KEYS[1]  the service's tag
-- ARGV     what was read; what is to stand there
-- Returns  '1' when it stands there now
local meta = KEYS[1] .. 'meta'
if redis.call('HGET', meta, 'shards') ~= ARGV[1] then return '0' end
redis.call('HSET', meta, 'shards', ARGV[2])
return '1'
