-- Sends a delivery again because someone asked: one that failed begins its tries anew, one that waits need not wait longer.
-- It is sent also where its target is disabled, unless an earlier revision of its finding waits.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     id; now (ms)
-- Returns  'queued' | 'unknown' | 'delivered'
local tag, id, now = KEYS[1], ARGV[1], ARGV[2]
local delivery = tag .. 'd:' .. id
local name, status, order, finding, bytes = unpack(redis.call('HMGET', delivery, 'target', 'status', 'order', 'finding', 'bytes'))
if not name then return 'unknown' end
if status == 'delivered' then return 'delivered' end
if redis.call('HEXISTS', delivery, 'test') == 1 then return status == 'failed' and 'unknown' or 'queued' end
local target, sets = tag .. 't:' .. name, tag .. 's:' .. name .. ':'
local waiting = tag .. 'f:' .. name .. ':' .. finding
if status == 'failed' then
  redis.call('HSET', delivery, 'status', 'waiting', 'tries', 0, 'due', now)
  redis.call('ZREM', sets .. 'failed', order .. '|' .. id)
  redis.call('ZADD', sets .. 'waiting', 0, order .. '|' .. id)
  redis.call('HINCRBY', target, 'failedBytes', -tonumber(bytes))
  redis.call('HINCRBY', target, 'bytes', tonumber(bytes))
  redis.call('HINCRBY', target, 'count', 1)
  redis.call('RPUSH', waiting, id)
end
if redis.call('LINDEX', waiting, 0) == id and redis.call('HEXISTS', delivery, 'claim') == 0 then
  redis.call('ZREM', tag .. 'due:' .. name, id)
  redis.call('ZADD', tag .. 'asked:' .. name, now, id)
end
return 'queued'
