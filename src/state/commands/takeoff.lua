-- Takes a member off a list of what is due.
--
-- KEYS[1]  the shard's tag
-- ARGV     list ('near' | 'quiet'); member
-- Returns  1 for the one of several callers who took it off, else 0
return redis.call('ZREM', KEYS[1] .. ARGV[1], ARGV[2])
