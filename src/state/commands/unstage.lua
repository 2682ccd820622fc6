-- Takes away the arguments of a call that was made.
--
-- KEYS[1]  the shard's tag
-- ARGV     the name under which they were staged
-- Returns  nothing
redis.call('UNLINK', KEYS[1] .. 'staged:' .. ARGV[1])
