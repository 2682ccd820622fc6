-- Puts a target at another place of the feed, where nobody has moved it meanwhile.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; place that was read; place now; time before which revisions are passed over (ms)
-- Returns  '1' when it was done
local target = KEYS[1] .. 't:' .. ARGV[1]
if redis.call('HGET', target, 'place') ~= ARGV[2] then return '0' end
redis.call('HSET', target, 'place', ARGV[3], 'skipBefore', ARGV[4])
return '1'
