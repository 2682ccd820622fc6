-- Removes a finding whatever its time, and with it those that it took over; or refuses and writes nothing.
--
-- Part     remove
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; SHA-1 of the body that was read; tenant; list member
-- Returns  {'erased', id of each that went...} | {'changed'}, when the finding has moved on | {'lost', generation now}
local tag, id = KEYS[1], ARGV[2]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local stored = redis.call('HGET', tag .. 'f:' .. id, 'body')
if not stored or redis.sha1hex(stored) ~= ARGV[3] then return { 'changed' } end
local reply = { 'erased', id }
for _, former in ipairs(redis.call('SMEMBERS', tag .. 'fi:' .. id)) do
  if redis.call('EXISTS', tag .. 'f:' .. former) == 1 then
    remove(tag, former, ARGV[4], '')
    reply[#reply + 1] = former
  end
end
remove(tag, id, ARGV[4], ARGV[5])
return reply
