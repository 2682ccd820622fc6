-- Publishes the sign-ins of a finding that moved quietly, as one revision.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; its actor; the actor's fold version that was read; revision that was read; revision now; core; body; tenant; now (ms)
-- Returns  {'published'} | {'changed'}, when the finding has moved on | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local id, actor, folds, expected, revision, core, body, tenant, now = unpack(ARGV, 2)
local key = tag .. 'f:' .. id
-- A fold may bring another sign-in without a revision, and the body would not show it.
if (redis.call('HGET', tag .. 'a:' .. actor, 'folds') or '0') ~= folds then return { 'changed' } end
if (redis.call('HGET', key, 'revision') or '') ~= expected or not redis.call('ZSCORE', tag .. 'quiet', id) then return { 'changed' } end
redis.call('HSET', key, 'revision', revision, 'core', core, 'body', body, 'updatedAt', now)
redis.call('ZREM', tag .. 'quiet', id)
redis.call('ZADD', tag .. 'kept', now, id)
redis.call('XADD', tag .. 'feed', '*', 'reason', 'sign_in', 'tenant', tenant, 'finding', body)
redis.call('PUBLISH', tag .. 'feed', '')
return { 'published' }
