-- Puts a suppression in force, and down that its tenant's findings are to be decided anew; or refuses and writes nothing.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; tenant; id; JSON; when it ends (ms); most in force of one tenant; a fresh version; now (ms)
-- Returns  {'made'} | {'full'} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local _, tenant, id, json, ends, most, version, now = unpack(ARGV)
local key = tag .. 'sup:' .. tenant
-- Beside them stands their version.
if redis.call('HLEN', key) > tonumber(most) then return { 'full' } end
redis.call('HSET', key, 'version', version, id, json)
redis.call('HSET', tag .. 'sup', id, tenant)
redis.call('SADD', tag .. 'suptenants', tenant)
redis.call('ZADD', tag .. 'supdue', ends, id)
redis.call('ZADD', tag .. 'decide', 'NX', now, tenant)
redis.call('HINCRBY', tag .. 'meta', 'written', 1)
return { 'made' }
