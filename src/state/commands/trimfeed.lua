-- Lets revisions go that are past their time, and notes the last of them, so that a reader who stands before it is told.
--
-- KEYS[1]  the shard's tag
-- ARGV     time before which revisions go (ms)
-- Returns  number of revisions trimmed
local feed = KEYS[1] .. 'feed'
local last = redis.call('XREVRANGE', feed, '(' .. ARGV[1] .. '-0', '-', 'COUNT', 1)[1]
if not last then return 0 end
-- Behind the id what tells the revision from another under the same id, as readers' cursors have it: see `queries/place`.
local seal = string.sub(redis.sha1hex(table.concat(last[2], '\n')), 1, 6)
redis.call('HSET', KEYS[1] .. 'meta', 'feedTrimmed', last[1] .. ' ' .. seal)
return redis.call('XTRIM', feed, 'MINID', ARGV[1] .. '-0')
