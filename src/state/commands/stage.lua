-- Puts down a piece of the arguments of a call that is to come. They go by themselves if it never comes.
--
-- KEYS[1]  the shard's tag
-- ARGV     the name under which they are staged; bytes that stand before the piece; the piece; how long they stay (s)
-- Returns  nothing
local key = KEYS[1] .. 'staged:' .. ARGV[1]
-- A piece that is sent twice says the same. One whose forerunners are gone would have zeros in their place.
if redis.call('STRLEN', key) < tonumber(ARGV[2]) then return end
redis.call('SETRANGE', key, ARGV[2], ARGV[3])
redis.call('EXPIRE', key, ARGV[4])
