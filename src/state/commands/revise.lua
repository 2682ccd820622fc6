-- Gives a finding its next revision without a fold, or refuses and writes nothing: triage, a suppression that came or went, or
-- sign-ins that had moved quietly.
--
-- Part     annotate
-- KEYS[1]  the shard's tag
-- ARGV     generation; finding; SHA-1 of the body that was read; version of its tenant's suppressions that was read or '';
--          tenant; revision now; core; body; feed reason; now (ms); list member that goes or '', list member that comes or '';
--          what `annotate` takes
-- Returns  {'revised'} | {'changed'}, when the finding has moved on | {'lost', generation now}
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if take() ~= generation then return { 'lost', generation } end
local id, seen, suppressions, tenant = take(), take(), take(), take()
local revision, core, body, reason, now, goes, comes = take(), take(), take(), take(), take(), take(), take()
local key = tag .. 'f:' .. id
-- A fold may bring another sign-in without a revision: only the body itself says that it is the one that was read.
local stored = redis.call('HGET', key, 'body')
if not stored or redis.sha1hex(stored) ~= seen then return { 'changed' } end
if (redis.call('HGET', tag .. 'sup:' .. tenant, 'version') or '') ~= suppressions then return { 'changed' } end

redis.call('HSET', key, 'revision', revision, 'core', core, 'body', body, 'updatedAt', now)
annotate(tag, id, now, take)
redis.call('ZREM', tag .. 'quiet', id)
redis.call('ZADD', tag .. 'kept', now, id)
for _, list in ipairs({ tag .. 'list', tag .. 'list:' .. tenant }) do
  if goes ~= '' then redis.call('ZREM', list, goes) end
  if comes ~= '' then redis.call('ZADD', list, 0, comes) end
end
-- What people wrote can be read again from nowhere: how often they did shows whether all of it is there.
if reason == 'triage' then redis.call('HINCRBY', tag .. 'meta', 'written', 1) end
redis.call('XADD', tag .. 'feed', '*', 'reason', reason, 'tenant', tenant, 'finding', body)
redis.call('PUBLISH', tag .. 'feed', '')
return { 'revised' }
