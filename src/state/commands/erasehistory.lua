-- Puts other words in place of what a finding's history says.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; n, then (member that goes, member that comes)
-- Returns  {'erased'} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local history = tag .. 'fh:' .. ARGV[2]
for i = 4, 3 + 2 * tonumber(ARGV[3]), 2 do
  if redis.call('ZREM', history, ARGV[i]) == 1 then redis.call('ZADD', history, 0, ARGV[i + 1]) end
end
return { 'erased' }
