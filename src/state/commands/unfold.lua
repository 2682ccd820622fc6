-- Has an actor folded anew from the facts that are left of it: what was read of it until now is stored no more.
--
-- KEYS[1]  the shard's tag
-- ARGV     generation; actor; a fresh version; now (ms); profiles that go: n, then (field, token that it was found under);
--          operations: n, then (index member that comes, members that go: n, then member, tokens: n, then token)
-- Returns  {'unfolded'} | {'unknown'}, where no such actor is there | {'lost', generation now}
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if take() ~= generation then return { 'lost', generation } end
local actor, version, now = take(), take(), take()
if redis.call('EXISTS', tag .. 'a:' .. actor) == 0 then return { 'unknown' } end
-- Sign-ins that wait are in the window, too, and are found there by the operations that are folded anew.
redis.call('DEL', tag .. 'ap:' .. actor)
redis.call('HSET', tag .. 'a:' .. actor, 'facts', version, 'folds', version)
redis.call('ZADD', tag .. 'fold', 'NX', now, actor)
for _ = 1, tonumber(take()) do
  redis.call('HDEL', tag .. 'a:' .. actor, take())
  redis.call('SREM', tag .. 't:' .. take(), actor)
end
for _ = 1, tonumber(take()) do
  redis.call('ZADD', tag .. 'ai:' .. actor, 0, take())
  for _ = 1, tonumber(take()) do redis.call('ZREM', tag .. 'ai:' .. actor, take()) end
  for _ = 1, tonumber(take()) do redis.call('SADD', tag .. 't:' .. take(), actor) end
end
return { 'unfolded' }
