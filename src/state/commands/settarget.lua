-- Writes down a target as it is configured; one that is new begins at the place given. One with another address is enabled.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; what it is (JSON); its address; now (ms); place where it begins; time until which all that came into the feed is behind it (ms)
-- Returns  '1' when it was new
local target = KEYS[1] .. 't:' .. ARGV[1]
local made = redis.call('HSETNX', target, 'place', ARGV[5])
if made == 1 then redis.call('HSET', target, 'skipBefore', 0, 'takenUntil', ARGV[6]) end
if redis.call('HGET', target, 'address') ~= ARGV[3] then redis.call('HDEL', target, 'disabledAt', 'pausedUntil') end
redis.call('HSET', target, 'about', ARGV[2], 'address', ARGV[3], 'seenAt', ARGV[4])
redis.call('SADD', KEYS[1] .. 'targets', ARGV[1])
return tostring(made)
