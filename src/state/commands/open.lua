-- Gives a shard's generation, making one where the shard has none: a random value that changes only if the shard is lost.
--
-- KEYS[1]  the shard's tag
-- ARGV     a fresh random value
-- Returns  {generation, '1' when it was made now}
local meta = KEYS[1] .. 'meta'
local made = redis.call('HSETNX', meta, 'generation', ARGV[1])
return { redis.call('HGET', meta, 'generation'), tostring(made) }
