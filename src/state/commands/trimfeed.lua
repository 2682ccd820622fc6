-- Lets revisions go that are past their time, and notes the last of them, so that a reader who stands before it is told. What is
-- noted of those erased goes with them.
--
-- Part     behind
-- KEYS[1]  the shard's tag
-- ARGV     time before which revisions go (ms)
-- Returns  number of revisions trimmed
local feed, erased = KEYS[1] .. 'feed', KEYS[1] .. 'feederased'
local last = redis.call('XREVRANGE', feed, '(' .. ARGV[1] .. '-0', '-', 'COUNT', 1)[1]
-- Behind the id what tells the revision from another under the same id, as readers' cursors have it: see `queries/place`.
local edge = last and (last[1] .. ' ' .. string.sub(redis.sha1hex(table.concat(last[2], '\n')), 1, 6))
for _, one in ipairs(redis.call('ZRANGEBYSCORE', erased, '-inf', '(' .. ARGV[1])) do
  if not edge or isBehind(one, edge) then edge = one end
end
if not edge then return 0 end
redis.call('HSET', KEYS[1] .. 'meta', 'feedTrimmed', edge)
redis.call('ZREMRANGEBYSCORE', erased, '-inf', '(' .. ARGV[1])
return redis.call('XTRIM', feed, 'MINID', ARGV[1] .. '-0')
