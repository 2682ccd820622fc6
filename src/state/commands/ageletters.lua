-- Lets dead letters go that are past their time.
--
-- KEYS[1]  the tag of the dead letters
-- ARGV     generation; time before which they came, as they are ordered by it; most of this step
-- Returns  {'aged', how many went} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local old = redis.call('ZRANGEBYLEX', tag .. 'order', '-', '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])
for _, place in ipairs(old) do
  local id = string.match(place, '|(.*)$')
  redis.call('HINCRBY', tag .. 'meta', 'bytes', -redis.call('HSTRLEN', tag .. 'letters', id))
  redis.call('HDEL', tag .. 'letters', id)
  redis.call('ZREM', tag .. 'order', place)
end
return { 'aged', tostring(#old) }
