-- Removes an actor of whom nothing is kept any more: no operation and no finding.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; actor; tenant; tokens: n, then token...
-- Returns  {'forgotten'} | {'kept'} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local actor = ARGV[2]
if redis.call('EXISTS', tag .. 'ao:' .. actor, tag .. 'af:' .. actor) > 0 then return { 'kept' } end
for i = 5, 4 + tonumber(ARGV[4]) do redis.call('SREM', tag .. 't:' .. ARGV[i], actor) end
redis.call('SREM', tag .. 'actors:' .. ARGV[3], actor)
redis.call('DEL', tag .. 'a:' .. actor, tag .. 'ai:' .. actor, tag .. 'ap:' .. actor)
redis.call('ZREM', tag .. 'fold', actor)
return { 'forgotten' }
