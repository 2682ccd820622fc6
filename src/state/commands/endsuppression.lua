-- Ends a suppression, because its time is past or someone says so, and puts down that its tenant's findings are to be decided
-- anew; or refuses and writes nothing.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; tenant; id; JSON with how it ended; when what is kept of it goes (ms); most that are kept of one tenant;
--          a fresh version; now (ms)
-- Returns  {'ended', id that gave way or ''} | {'unknown'}, when it is not in force | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local _, tenant, id, json, goes, most, version, now = unpack(ARGV)
local key, ended = tag .. 'sup:' .. tenant, tag .. 'supended:' .. tenant
if redis.call('HDEL', key, id) == 0 then return { 'unknown' } end
-- The version stays when the last goes: none that was, is not none that never was.
redis.call('HSET', key, 'version', version)
redis.call('HSET', ended, id, json)
redis.call('ZADD', tag .. 'supdue', goes, id)
redis.call('ZADD', tag .. 'decide', 'NX', now, tenant)
redis.call('HINCRBY', tag .. 'meta', 'written', 1)
if redis.call('HLEN', ended) <= tonumber(most) then return { 'ended', '' } end
local first, firstGoes
for _, one in ipairs(redis.call('HKEYS', ended)) do
  local at = tonumber(redis.call('ZSCORE', tag .. 'supdue', one) or 0)
  if not first or at < firstGoes then first, firstGoes = one, at end
end
return { 'ended', first }
