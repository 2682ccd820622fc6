-- Forgets a target that no process has had for long, some of its deliveries at a time.
--
-- KEYS[1]  the tag of the deliveries
-- ARGV     target; time (ms) since which nobody has had it; most deliveries of this step
-- Returns  'forgotten' | 'more' | 'seen', where somebody has it
local tag, name = KEYS[1], ARGV[1]
local target = tag .. 't:' .. name
if tonumber(redis.call('HGET', target, 'seenAt') or 0) >= tonumber(ARGV[2]) then return 'seen' end
local room = tonumber(ARGV[3])
for _, status in ipairs({ 'waiting', 'failed', 'delivered' }) do
  local set = tag .. 's:' .. name .. ':' .. status
  while room > 0 do
    local member = redis.call('ZPOPMIN', set)[1]
    if not member then break end
    local delivery = tag .. 'd:' .. string.match(member, '|(.*)$')
    local finding = redis.call('HGET', delivery, 'finding')
    if finding then redis.call('DEL', tag .. 'f:' .. name .. ':' .. finding) end
    redis.call('DEL', delivery)
    room = room - 1
  end
end
if room == 0 then return 'more' end
redis.call('DEL', target, tag .. 'due:' .. name, tag .. 'asked:' .. name, tag .. 'claims:' .. name)
redis.call('SREM', tag .. 'targets', name)
return 'forgotten'
