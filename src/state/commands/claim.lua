-- Claims deliveries that are due. A claim runs out by Redis's own clock, which is the same for all who send: what a killed
-- process had claimed is due again then, and what it may still say of it is refused.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; token of the claim; how long it holds (ms); most claims of the target, whoever has them; most of this call;
--          now (ms); '1' where the target may be sent to, '0' where only what someone asked for may
-- Returns  {'claimed', when the next is due (ms) or '', ids...} | {'unknown'}
local tag, name, token, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[6])
local target = tag .. 't:' .. name
if redis.call('EXISTS', target) == 0 then return { 'unknown' } end
local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local claims, due, asked = tag .. 'claims:' .. name, tag .. 'due:' .. name, tag .. 'asked:' .. name

for _, id in ipairs(redis.call('ZRANGEBYSCORE', claims, '-inf', clock)) do
  redis.call('ZREM', claims, id)
  redis.call('HDEL', tag .. 'd:' .. id, 'claim')
  redis.call('ZADD', redis.call('HEXISTS', tag .. 'd:' .. id, 'test') == 1 and asked or due, now, id)
end

local room = math.min(tonumber(ARGV[4]) - redis.call('ZCARD', claims), tonumber(ARGV[5]))
local reply = { 'claimed', '' }
local function take(from)
  if room <= 0 then return end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', from, '-inf', now, 'LIMIT', 0, room)) do
    redis.call('ZREM', from, id)
    -- One that is gone, as after an eviction, is nothing to send: see `mend.lua`.
    if redis.call('HEXISTS', tag .. 'd:' .. id, 'target') == 1 then
      redis.call('ZADD', claims, clock + tonumber(ARGV[3]), id)
      redis.call('HSET', tag .. 'd:' .. id, 'claim', token)
      reply[#reply + 1] = id
      room = room - 1
    end
  end
end
take(asked)
local paused = tonumber(redis.call('HGET', target, 'pausedUntil') or 0)
if ARGV[7] == '1' and redis.call('HEXISTS', target, 'disabledAt') == 0 then
  if paused <= now then take(due) end
  local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
  if first[2] then reply[2] = string.format('%.0f', math.max(tonumber(first[2]), paused)) end
end
return reply
