-- Copies some more of the feed; the copy that has all of it takes its place in the same step.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; name of the copy; most revisions of this step; most bytes of them, of which one may have more;
--          how long a copy that nobody goes on with is kept (s)
-- Returns  {'more'} | {'copied'} | {'changed'}, where another is under way, or more was taken out | {'lost', generation now}
local tag, most, left = KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local meta, feed, copy = tag .. 'meta', tag .. 'feed', tag .. 'feedcopy:' .. ARGV[2]
local generation = redis.call('HGET', meta, 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
if redis.call('HGET', meta, 'feedCopy') ~= ARGV[2] then return { 'changed' } end
local last = redis.call('XREVRANGE', copy, '+', '-', 'COUNT', 1)[1]
local from = last and '(' .. last[1] or '-'
for _ = 1, most do
  local entry = redis.call('XRANGE', feed, from, '+', 'COUNT', 1)[1]
  if not entry then
    redis.call('HDEL', meta, 'feedCopy')
    local first = redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1]
    if not first then
      -- Ids go on behind the last that there was: an empty stream is kept.
      redis.call('XTRIM', feed, 'MAXLEN', 0)
      redis.call('DEL', copy)
      return { 'copied' }
    end
    redis.call('XTRIM', copy, 'MINID', first[1])
    local info = redis.call('XINFO', 'STREAM', feed)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then redis.call('XSETID', copy, info[i + 1]) end
    end
    redis.call('PERSIST', copy)
    redis.call('RENAME', copy, feed)
    return { 'copied' }
  end
  redis.call('XADD', copy, entry[1], unpack(entry[2]))
  from = '(' .. entry[1]
  for i = 2, #entry[2], 2 do left = left - #entry[2][i] end
  if left <= 0 then break end
end
redis.call('EXPIRE', copy, ARGV[5])
return { 'more' }
