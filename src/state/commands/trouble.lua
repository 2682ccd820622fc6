-- Puts down why the partitions of one process stand still, or takes that back. Each start has a name of its own: what those have
-- left that said nothing for long goes.
--
-- KEYS[1]  the service's tag
-- ARGV     process; what it says (JSON) or ''; who said it before this is gone (ms since the Unix epoch)
-- Returns  nothing
local key = KEYS[1] .. 'troubles'
if ARGV[2] == '' then redis.call('HDEL', key, ARGV[1]) else redis.call('HSET', key, ARGV[1], ARGV[2]) end
local told = redis.call('HGETALL', key)
for i = 1, #told, 2 do
  if cjson.decode(told[i + 1]).at < tonumber(ARGV[3]) then redis.call('HDEL', key, told[i]) end
end
