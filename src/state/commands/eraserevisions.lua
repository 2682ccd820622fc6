-- Takes revisions out of the feed, and notes of each that it was there: who stands at one reads on behind it.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; n, then id
-- Returns  {'erased', how many} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local feed, erased = tag .. 'feed', 0
-- A copy under way may have what goes.
redis.call('HDEL', tag .. 'meta', 'feedCopy')
for i = 3, 2 + tonumber(ARGV[2]) do
  local entry = redis.call('XRANGE', feed, ARGV[i], ARGV[i])[1]
  if entry then
    -- As `revisions.lua` makes it: see `queries/place`.
    local seal = string.sub(redis.sha1hex(table.concat(entry[2], '\n')), 1, 6)
    redis.call('XDEL', feed, entry[1])
    redis.call('ZADD', tag .. 'feederased', string.match(entry[1], '^%d+'), entry[1] .. ' ' .. seal)
    erased = erased + 1
  end
end
return { 'erased', tostring(erased) }
