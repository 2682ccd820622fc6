-- Asks for a test of a target: a delivery of its own kind, which is tried once.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; id; order; event id; now (ms); most tests that may wait
-- Returns  'asked' | 'unknown' | 'busy'
local tag, name, id, order, event, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('EXISTS', tag .. 't:' .. name) == 0 then return 'unknown' end
if redis.call('ZCARD', tag .. 'asked:' .. name) >= tonumber(ARGV[6]) then return 'busy' end
redis.call('HSET', tag .. 'd:' .. id, 'target', name, 'order', order, 'finding', '', 'revision', 0, 'tenant', '', 'reason', 'test',
  'event', event, 'json', '', 'bytes', 0, 'status', 'waiting', 'tries', 0, 'attempts', '[]', 'due', now, 'test', 1)
redis.call('ZADD', tag .. 's:' .. name .. ':waiting', 0, order .. '|' .. id)
redis.call('ZADD', tag .. 'asked:' .. name, now, id)
return 'asked'
