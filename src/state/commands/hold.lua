-- Keeps claims for longer.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; how long from now on (ms); n, then (id, token)
-- Returns  ids of those that are no longer held by their token
local tag = KEYS[1]
local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local gone = {}
for i = 0, tonumber(ARGV[3]) - 1 do
  local id, token = ARGV[4 + 2 * i], ARGV[5 + 2 * i]
  if redis.call('HGET', tag .. 'd:' .. id, 'claim') == token then
    redis.call('ZADD', tag .. 'claims:' .. ARGV[1], 'XX', clock + tonumber(ARGV[2]), id)
  else gone[#gone + 1] = id end
end
return gone
