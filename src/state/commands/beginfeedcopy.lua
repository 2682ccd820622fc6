-- Begins to copy the feed, as what is taken out of a stream stays in its memory beside what was not. A copy that another began is
-- ended with it, and goes by itself.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; a random name for the copy
-- Returns  {'begun'} | {'lost', generation now}
local meta = KEYS[1] .. 'meta'
local generation = redis.call('HGET', meta, 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
redis.call('HSET', meta, 'feedCopy', ARGV[2])
return { 'begun' }
