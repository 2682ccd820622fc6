-- Removes what is kept of a suppression that has ended.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; tenant; id
-- Returns  {'dropped'} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local tenant, id = ARGV[2], ARGV[3]
redis.call('HDEL', tag .. 'supended:' .. tenant, id)
redis.call('HDEL', tag .. 'sup', id)
redis.call('HDEL', tag .. 'hid', id)
redis.call('DEL', tag .. 'hid:' .. id)
redis.call('ZREM', tag .. 'supdue', id)
if redis.call('HLEN', tag .. 'sup:' .. tenant) <= 1 and redis.call('EXISTS', tag .. 'supended:' .. tenant) == 0 then
  redis.call('DEL', tag .. 'sup:' .. tenant)
  redis.call('SREM', tag .. 'suptenants', tenant)
end
return { 'dropped' }
