-- Writes down what all processes have to agree on, where nothing stands yet.
--
-- KEYS[1]  the service's tag
-- ARGV     field; value
-- Returns  the value that stands
redis.call('HSETNX', KEYS[1] .. 'meta', ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[1] .. 'meta', ARGV[1])
