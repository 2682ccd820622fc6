-- Takes facts off whatever their time, or refuses and writes nothing.
--
-- Part     cells
-- KEYS[1]  the shard's tag
-- ARGV     generation; what `cells` takes; members: n, then (actor, index member)
-- Returns  {'erased'} | {'changed'} | {'lost', generation now}
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if take() ~= generation then return { 'lost', generation } end
local cells = readCells(take)
if not cells then return { 'changed' } end
writeCells(cells)
for _ = 1, tonumber(take()) do
  local actor, member = take(), take()
  redis.call('ZREM', tag .. 'ai:' .. actor, member)
end
return { 'erased' }
