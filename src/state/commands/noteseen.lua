-- Notes when guests were last seen in non-interactive sign-ins, by the day.
--
-- KEYS[1]  the shard's tag
-- ARGV     how long a day is kept (s); n, then (day, guest token, when (ms))
-- Returns  nothing
for i = 0, tonumber(ARGV[2]) - 1 do
  local key = KEYS[1] .. 'ni:' .. ARGV[3 + 3 * i]
  redis.call('HSET', key, ARGV[4 + 3 * i], ARGV[5 + 3 * i])
  redis.call('EXPIRE', key, ARGV[1])
end
