-- Notes that all findings of a tenant are decided by its suppressions, unless these have moved on meanwhile.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; server that they were decided on; tenant; version of the suppressions that they were decided by, '' where there was none
-- Returns  {'settled'} | {'changed'} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local tenant, version = ARGV[3], ARGV[4]
if ARGV[2] ~= servedBy() or (redis.call('HGET', tag .. 'sup:' .. tenant, 'version') or '') ~= version then return { 'changed' } end
redis.call('ZREM', tag .. 'decide', tenant)
return { 'settled' }
