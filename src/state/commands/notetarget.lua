-- Notes beside the state that there is such a target, or that there is none any more: should the deliveries be lost, it tells.
--
-- KEYS[1]  the tag of the service
-- ARGV     target; now (ms), or '' where it is forgotten
-- Returns  'noted'
if ARGV[2] == '' then redis.call('HDEL', KEYS[1] .. 'meta', 'target ' .. ARGV[1])
else redis.call('HSET', KEYS[1] .. 'meta', 'target ' .. ARGV[1], ARGV[2]) end
return 'noted'
