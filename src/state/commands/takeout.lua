-- Takes deliveries of a target out of its queue, whatever became of them: who has one in hand is refused when he says how it went.
--
-- Part     room
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; now (ms); '1' to count those that were not delivered as dropped; n, then id
-- Returns  how many were there
local tag, name, now = KEYS[1], ARGV[1], ARGV[2]
local target, out, dropped = tag .. 't:' .. name, 0, 0
for i = 5, 4 + tonumber(ARGV[4]) do
  local id = ARGV[i]
  local delivery = tag .. 'd:' .. id
  local status, order, finding, bytes, test = unpack(redis.call('HMGET', delivery, 'status', 'order', 'finding', 'bytes', 'test'))
  if status then
    out = out + 1
    if status ~= 'delivered' then dropped = dropped + 1 end
    redis.call('ZREM', tag .. 's:' .. name .. ':' .. status, order .. '|' .. id)
    for _, list in ipairs({ 'due:', 'asked:', 'claims:' }) do redis.call('ZREM', tag .. list .. name, id) end
    if not test then
      local waiting = tag .. 'f:' .. name .. ':' .. finding
      local wasFirst = redis.call('LINDEX', waiting, 0) == id
      redis.call('LREM', waiting, 1, id)
      local nextOne = wasFirst and redis.call('LINDEX', waiting, 0)
      if nextOne then redis.call('ZADD', tag .. 'due:' .. name, now, nextOne) end
      if status == 'waiting' then
        redis.call('HINCRBY', target, 'count', -1)
        redis.call('HINCRBY', target, 'bytes', -tonumber(bytes))
      elseif status == 'failed' and redis.call('HEXISTS', delivery, 'json') == 1 then
        redis.call('HINCRBY', target, 'failedBytes', -tonumber(bytes))
      end
    end
    redis.call('DEL', delivery)
  end
end
noteRoom(target)
if ARGV[3] == '1' and dropped > 0 then redis.call('HINCRBY', target, 'dropped', dropped) end
return out
