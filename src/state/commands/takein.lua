-- Takes revisions of the feed in for one target, as many as there is room for, and moves its place with them.
--
-- Part     room
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; place that was read from; version of those erased that was read before it; now (ms); most that may wait; most bytes that may wait;
--          n, then (place behind it or '' to leave it, id or '' for one that is passed over, order, finding, revision, tenant,
--                   reason, event id, when it came into the feed (ms), finding JSON)
-- Returns  {'taken', how many, place now, '1' where it has just become full or ''} | {'changed'}, where another has taken in, or someone was erased | {'unknown'}
local tag, name, from, erased, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local target = tag .. 't:' .. name
local place = redis.call('HGET', target, 'place')
if not place then return { 'unknown' } end
if place ~= from or (redis.call('HGET', tag .. 'meta', 'erased') or '') ~= erased then return { 'changed' } end
local most, mostBytes = tonumber(ARGV[5]), tonumber(ARGV[6])
local count = tonumber(redis.call('HGET', target, 'count') or 0)
local bytes = tonumber(redis.call('HGET', target, 'bytes') or 0)
local newest = tonumber(redis.call('HGET', target, 'takenUntil') or 0)

local taken = 0
for i = 0, tonumber(ARGV[7]) - 1 do
  local behind, id, order, finding, revision, tenant, reason, event, at, json = unpack(ARGV, 8 + 10 * i, 17 + 10 * i)
  local delivery = tag .. 'd:' .. id
  if id ~= '' and redis.call('EXISTS', delivery) == 0 then
    if count >= most or (count > 0 and bytes + #json > mostBytes) then break end
    redis.call('HSET', delivery, 'target', name, 'order', order, 'finding', finding, 'revision', revision, 'tenant', tenant,
      'reason', reason, 'event', event, 'json', json, 'bytes', #json, 'status', 'waiting', 'tries', 0, 'attempts', '[]', 'due', now)
    redis.call('ZADD', tag .. 's:' .. name .. ':waiting', 0, order .. '|' .. id)
    -- Only the first of a finding is due: what comes later waits for its fate.
    if redis.call('RPUSH', tag .. 'f:' .. name .. ':' .. finding, id) == 1 then
      redis.call('ZADD', tag .. 'due:' .. name, now, id)
    end
    count = count + 1
    bytes = bytes + #json
  end
  if at ~= '' then newest = math.max(newest, tonumber(at)) end
  if behind ~= '' then place = behind end
  taken = taken + 1
end
redis.call('HSET', target, 'place', place, 'count', count, 'bytes', bytes, 'takenUntil', string.format('%.0f', newest))
local isNew = false
if taken < tonumber(ARGV[7]) then isNew = noteFull(target, now) else noteRoom(target) end
return { 'taken', tostring(taken), place, isNew and '1' or '' }
