-- Notes who is erased. From this step on nothing that was read before is written, and nothing of them that was enqueued before.
--
-- KEYS[1]  the tag of a part of the state, or of the deliveries
-- ARGV     generation; until when they are erased (ms), '' for now by Redis's clock; a fresh version; n, then mark
-- Returns  {'erased', until when (ms)} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local time = redis.call('TIME')
local at = ARGV[2] ~= '' and ARGV[2] or string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
for i = 5, 4 + tonumber(ARGV[4]) do redis.call('ZADD', tag .. 'erased', 'GT', at, ARGV[i]) end
redis.call('HSET', tag .. 'meta', 'erased', ARGV[3])
return { 'erased', at }
