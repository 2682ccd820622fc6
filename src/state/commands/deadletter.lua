-- Keeps dead letters, each once, and lets the oldest go when there are too many or they are too large.
--
-- KEYS[1]  the tag of the dead letters
-- ARGV     most letters; most bytes; n, then (id, order, JSON)
-- Returns  {letters added, letters dropped}
local tag = KEYS[1]
local most, mostBytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local added, dropped = 0, 0
for i = 0, tonumber(ARGV[3]) - 1 do
  local id, order, json = ARGV[4 + 3 * i], ARGV[5 + 3 * i], ARGV[6 + 3 * i]
  if redis.call('HSETNX', tag .. 'letters', id, json) == 1 then
    redis.call('ZADD', tag .. 'order', 0, order .. '|' .. id)
    redis.call('HINCRBY', tag .. 'meta', 'bytes', #json)
    added = added + 1
  end
end
while true do
  local count = redis.call('ZCARD', tag .. 'order')
  if count <= most and (count == 0 or tonumber(redis.call('HGET', tag .. 'meta', 'bytes') or 0) <= mostBytes) then break end
  local oldest = redis.call('ZRANGE', tag .. 'order', 0, 0)[1]
  local id = string.match(oldest, '|(.*)$')
  redis.call('HINCRBY', tag .. 'meta', 'bytes', -(redis.call('HSTRLEN', tag .. 'letters', id)))
  redis.call('HDEL', tag .. 'letters', id)
  redis.call('ZREM', tag .. 'order', oldest)
  dropped = dropped + 1
end
if dropped > 0 then redis.call('HINCRBY', tag .. 'meta', 'dropped', dropped) end
return { added, dropped }
