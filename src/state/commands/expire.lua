-- Lets facts of one slot go in one step, or refuses and writes nothing.
--
-- Part     cells
-- KEYS[1]  the shard's tag
-- ARGV     generation; time before which facts go (ms); slot; entries looked at (so many are taken off the slot's list); SHA-1 of them all, one behind another;
--          what `cells` takes;
--          members: n, then (actor, index member)
-- Returns  {'expired', entries left in the slot} | {'lost', generation now} | {'changed'}
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if take() ~= generation then return { 'lost', generation } end
local before = take()
local slot, looked, lookedAt = take(), tonumber(take()), take()
local list = tag .. 'due:' .. slot
-- Two who sweep at once must not take off what only one of them has seen.
if redis.sha1hex(table.concat(redis.call('LRANGE', list, 0, looked - 1))) ~= lookedAt then return { 'changed' } end
local cells = readCells(take)
if not cells then return { 'changed' } end
-- First, because it takes no memory: a script that has written may go on writing when memory is full, and this one frees it.
redis.call('LTRIM', list, looked, -1)
-- Facts that are gone do not come back with a longer retention: answers about the past must know.
if tonumber(redis.call('HGET', tag .. 'meta', 'expiredTo') or 0) < tonumber(before) then redis.call('HSET', tag .. 'meta', 'expiredTo', before) end
writeCells(cells)
for _ = 1, tonumber(take()) do
  local actor, member = take(), take()
  redis.call('ZREM', tag .. 'ai:' .. actor, member)
end
local left = redis.call('LLEN', list)
if left == 0 then redis.call('ZREM', tag .. 'due', slot) end
return { 'expired', left }
