-- Lets revisions go that are past their time, and notes the last of them, so that a reader who stands before it is told.
--
-- KEYS[1]  the shard's tag
-- ARGV     time before which revisions go (ms); most revisions in one call
-- Returns  number of revisions trimmed
local feed = KEYS[1] .. 'feed'
local old = redis.call('XRANGE', feed, '-', '(' .. ARGV[1] .. '-0', 'COUNT', ARGV[2])
if #old == 0 then return 0 end
local last = old[#old][1]
for _, entry in ipairs(old) do redis.call('XDEL', feed, entry[1]) end
redis.call('HSET', KEYS[1] .. 'meta', 'feedTrimmed', last)
return #old
