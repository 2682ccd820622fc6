-- Takes a finding in as another shard had it; to do it again changes nothing.
--
-- KEYS[1]  the shard's tag
-- ARGV     finding; tenant; actor; its span or '', where it was taken over; list member or '' then; time of its last revision (ms);
--          when its quiet sign-in is due (ms) or ''; keys: n, then (name behind the tag, as DUMP gives it); former ids: n, then id
-- Returns  'taken'
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local id, tenant, actor, span, member, kept, quiet = take(), take(), take(), take(), take(), take(), take()
for _ = 1, tonumber(take()) do
  local name, value = take(), take()
  redis.call('RESTORE', tag .. name, 0, value, 'REPLACE')
end
for _ = 1, tonumber(take()) do redis.call('HSET', tag .. 'ids', take(), id) end
if span ~= '' then redis.call('HSET', tag .. 'af:' .. actor, id, span) end
if member ~= '' then
  redis.call('ZADD', tag .. 'list', 0, member)
  redis.call('ZADD', tag .. 'list:' .. tenant, 0, member)
end
redis.call('ZADD', tag .. 'kept', kept, id)
if quiet ~= '' then redis.call('ZADD', tag .. 'quiet', quiet, id) end
return 'taken'
