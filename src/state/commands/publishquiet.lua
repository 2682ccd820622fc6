-- Publishes the sign-ins of a finding that moved quietly, as one revision.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; revision that was read; revision now; body; tenant; now (ms)
-- Returns  {'published'} | {'changed'}, when the finding has moved on and published them itself | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local key = tag .. 'f:' .. ARGV[2]
if (redis.call('HGET', key, 'revision') or '') ~= ARGV[3] or not redis.call('ZSCORE', tag .. 'quiet', ARGV[2]) then return { 'changed' } end
redis.call('HSET', key, 'revision', ARGV[4], 'body', ARGV[5], 'updatedAt', ARGV[7])
redis.call('ZREM', tag .. 'quiet', ARGV[2])
redis.call('ZADD', tag .. 'kept', ARGV[7], ARGV[2])
redis.call('XADD', tag .. 'feed', '*', 'reason', 'sign_in', 'tenant', ARGV[6], 'finding', ARGV[5])
redis.call('PUBLISH', tag .. 'feed', '')
return { 'published' }
