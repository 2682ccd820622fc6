-- Writes down what became of an attempt; only who holds the claim may.
--
-- Part     room
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; id; token of the claim; 'delivered' | 'again' | 'failed' | 'released', which was no attempt; now (ms);
--          tries so far; attempts (JSON); when it is due again (ms);
--          '1' where the receiver seems to be down; time until which nothing is to be sent to it (ms) or '';
--          '1' where it wants nothing any more; most delivered kept; most failed kept; most bytes of failed kept
-- Returns  {'settled', failed ones that gave way} | {'refused'}, where the claim is another's
local tag, name, id, token, outcome, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local delivery, target = tag .. 'd:' .. id, tag .. 't:' .. name
local due, asked = tag .. 'due:' .. name, tag .. 'asked:' .. name
if redis.call('HGET', delivery, 'claim') ~= token then return { 'refused' } end
redis.call('HDEL', delivery, 'claim')
redis.call('ZREM', tag .. 'claims:' .. name, id)
local isTest = redis.call('HEXISTS', delivery, 'test') == 1
if outcome == 'released' then
  redis.call('ZADD', isTest and asked or due, now, id)
  return { 'settled', '0' }
end
redis.call('HSET', delivery, 'tries', ARGV[6], 'attempts', ARGV[7], 'due', ARGV[8])

if outcome == 'delivered' then
  local streak = tonumber(redis.call('HGET', target, 'downs') or 0)
  redis.call('HSET', target, 'lastSuccessAt', now, 'downs', 0)
  redis.call('HDEL', target, 'disabledAt', 'pausedUntil')
  -- It was down, and is back: what waits for a later try need not.
  if streak >= 3 then
    for _, later in ipairs(redis.call('ZRANGEBYSCORE', due, '(' .. now, '+inf')) do redis.call('ZADD', due, now, later) end
  end
else
  redis.call('HSET', target, 'lastFailureAt', now)
  if ARGV[9] == '1' then redis.call('HINCRBY', target, 'downs', 1) else redis.call('HSET', target, 'downs', 0) end
  if ARGV[10] ~= '' then redis.call('HSET', target, 'pausedUntil', ARGV[10]) end
  if ARGV[11] == '1' then redis.call('HSETNX', target, 'disabledAt', now) end
end
if outcome == 'again' then
  redis.call('ZADD', due, ARGV[8], id)
  return { 'settled', '0' }
end

local order, finding, bytes = unpack(redis.call('HMGET', delivery, 'order', 'finding', 'bytes'))
local sets = tag .. 's:' .. name .. ':'
redis.call('HSET', delivery, 'status', outcome)
redis.call('ZREM', sets .. 'waiting', order .. '|' .. id)
redis.call('ZADD', sets .. outcome, 0, order .. '|' .. id)
if not isTest then
  redis.call('HINCRBY', target, 'count', -1)
  redis.call('HINCRBY', target, 'bytes', -tonumber(bytes))
  noteRoom(target)
  local waiting = tag .. 'f:' .. name .. ':' .. finding
  redis.call('LREM', waiting, 1, id)
  local nextOne = redis.call('LINDEX', waiting, 0)
  if nextOne then redis.call('ZADD', due, now, nextOne) end
end
-- A test is sent again by asking for another; of what was delivered only the story is kept.
if outcome == 'delivered' or isTest then redis.call('HDEL', delivery, 'json')
else redis.call('HINCRBY', target, 'failedBytes', tonumber(bytes)) end

local function drop(set)
  local member = redis.call('ZPOPMIN', set)[1]
  local gone = tag .. 'd:' .. string.match(member, '|(.*)$')
  if redis.call('HGET', gone, 'status') == 'failed' and redis.call('HEXISTS', gone, 'json') == 1 then
    redis.call('HINCRBY', target, 'failedBytes', -tonumber(redis.call('HGET', gone, 'bytes')))
  end
  redis.call('DEL', gone)
end
while redis.call('ZCARD', sets .. 'delivered') > tonumber(ARGV[12]) do drop(sets .. 'delivered') end
local dropped = 0
while redis.call('ZCARD', sets .. 'failed') > tonumber(ARGV[13])
  or (redis.call('ZCARD', sets .. 'failed') > 1 and tonumber(redis.call('HGET', target, 'failedBytes') or 0) > tonumber(ARGV[14])) do
  drop(sets .. 'failed')
  dropped = dropped + 1
end
if dropped > 0 then redis.call('HINCRBY', target, 'dropped', dropped) end
return { 'settled', tostring(dropped) }
