-- Removes a finding whose last revision is past its time, with all that is kept of it.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; time before which its last revision must lie (ms); tenant; list member or '' where it is in no list
-- Returns  {'dropped', actor} | {'kept'}, when it was revised in the meantime | {'lost', generation now}
local tag, id = KEYS[1], ARGV[2]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local revisedAt = redis.call('ZSCORE', tag .. 'kept', id)
if not revisedAt or tonumber(revisedAt) >= tonumber(ARGV[3]) then return { 'kept' } end
local actor = redis.call('HGET', tag .. 'f:' .. id, 'actor') or ''
for _, former in ipairs(redis.call('SMEMBERS', tag .. 'fi:' .. id)) do redis.call('HDEL', tag .. 'ids', former) end
redis.call('DEL', tag .. 'fi:' .. id, tag .. 'f:' .. id, tag .. 'fm:' .. id, tag .. 'fc:' .. id, tag .. 'fe:' .. id, tag .. 'fs:' .. id, tag .. 'fh:' .. id)
redis.call('HDEL', tag .. 'af:' .. actor, id)
redis.call('ZREM', tag .. 'quiet', id)
redis.call('ZREM', tag .. 'kept', id)
if ARGV[5] ~= '' then
  redis.call('ZREM', tag .. 'list', ARGV[5])
  redis.call('ZREM', tag .. 'list:' .. ARGV[4], ARGV[5])
end
return { 'dropped', actor }
