-- A part of scripts: since when the queue of a target is full, and that it has room again. That is so once half of what waited has
-- gone: a receiver that takes a little at a time would else be full, and not, by turns.
--
-- Tells whether it was not full before.
local function noteFull(target, now)
  if redis.call('HSETNX', target, 'fullSince', now) == 0 then return false end
  local count = tonumber(redis.call('HGET', target, 'count') or 0)
  redis.call('HSET', target, 'roomAt', math.floor(count / 2))
  return true
end

local function noteRoom(target)
  local count, roomAt = unpack(redis.call('HMGET', target, 'count', 'roomAt'))
  if tonumber(count or 0) <= tonumber(roomAt or 0) then redis.call('HDEL', target, 'fullSince', 'roomAt') end
end
