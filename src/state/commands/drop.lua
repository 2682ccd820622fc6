-- Removes a finding whose last revision is past its time, with all that is kept of it.
--
-- Part     remove
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; time before which its last revision must lie (ms); tenant; list member or '' where it is in no list
-- Returns  {'dropped', actor} | {'kept'}, when it was revised in the meantime | {'lost', generation now}
local tag, id = KEYS[1], ARGV[2]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local revisedAt = redis.call('ZSCORE', tag .. 'kept', id)
if not revisedAt or tonumber(revisedAt) >= tonumber(ARGV[3]) then return { 'kept' } end
return { 'dropped', remove(tag, id, ARGV[4], ARGV[5]) }
