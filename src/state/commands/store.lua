-- Stores what one fold made of an actor in one step, or refuses and writes nothing.
--
-- Part     annotate
-- KEYS[1]  the shard's tag
-- ARGV     generation; server that it was read from; actor; fold version that was read, fold version now; fact version that was read; when that was (ms);
--          tenant, version of its suppressions that was read or '';
--          sign-ins folded: n (so many are taken off the pending list), SHA-1 of them all, one behind another;
--          '1' when nothing more is owed to the facts read;
--          moves:    n, then (index member that goes, index member that comes or '')
--          profiles: n, then (field, JSON)
--          findings: n, then (id, revision expected or '' for none, revision now, core, body, span,
--                    list member that goes or '', list member that comes or '', tenant,
--                    'set' | 'keep' | 'clear' and due ms for the quiet sign-in, time of the last revision (ms),
--                    absorbed:     n, then (id, revision expected, revision now, body, list member that goes, feed reason)
--                    members:      n, then (item key, label)
--                    correlations: n, then hash
--                    items:        n, then (item key, JSON or '')
--                    sign-ins:     n, then (fact key, bytes or '')
--                    former ids:   n, then id
--                    what `annotate` takes
--                    feed reason or '')
-- Returns  {'stored', '1' when the actor is still owed a fold, else '0'} | {'lost', generation now} | {'changed'} |
--          {'evicted'}: what would be raised may be there already, and have lost its keys
local tag = KEYS[1]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if take() ~= generation then return { 'lost', generation } end
if take() ~= servedBy() then return { 'changed' } end
local actor, folds, foldsNow, facts, now = take(), take(), take(), take(), take()
local actorKey = tag .. 'a:' .. actor
if (redis.call('HGET', actorKey, 'folds') or '0') ~= folds then return { 'changed' } end
local ownTenant, suppressions = take(), take()
if (redis.call('HGET', tag .. 'sup:' .. ownTenant, 'version') or '') ~= suppressions then return { 'changed' } end
local foldedSignIns, seenSignIns = tonumber(take()), take()
-- After state was lost others may wait in the place of those that were read.
if foldedSignIns > 0 and redis.sha1hex(table.concat(redis.call('LRANGE', tag .. 'ap:' .. actor, 0, foldedSignIns - 1))) ~= seenSignIns then
  return { 'changed' }
end

-- A first pass over the revisions: someone may have changed a finding that is not of the fold, as triage does.
local function revisionIs(id, expected)
  return (redis.call('HGET', tag .. 'f:' .. id, 'revision') or '') == expected
end
local start = position
local isRaised = false
local function skip(width)
  for _ = 1, tonumber(take()) do position = position + width end
end
position = position + 1
skip(2)
skip(2)
for _ = 1, tonumber(take()) do
  local id, expected = take(), take()
  if not revisionIs(id, expected) then return { 'changed' } end
  if expected == '' then isRaised = true end
  position = position + 10
  for _ = 1, tonumber(take()) do
    local absorbed, absorbedExpected = take(), take()
    if not revisionIs(absorbed, absorbedExpected) then return { 'changed' } end
    position = position + 4
  end
  skip(2)
  skip(1)
  skip(2)
  skip(2)
  skip(1)
  position = position + 3
  skip(1)
  position = position + 1
end
position = start
-- Told once more in this generation, a finding would come to readers twice: not before whoever looks has made another of it.
local evictions = isRaised and redis.call('HGET', tag .. 'meta', 'evicted')
if evictions and select(2, evictedSince(evictions)) then return { 'evicted' } end

local done = take()
if foldedSignIns > 0 then redis.call('LTRIM', tag .. 'ap:' .. actor, foldedSignIns, -1) end
for _ = 1, tonumber(take()) do
  local from, to = take(), take()
  -- A fact that expired in the meantime is not in the index any more, and stays out of it.
  if redis.call('ZREM', tag .. 'ai:' .. actor, from) == 1 and to ~= '' then redis.call('ZADD', tag .. 'ai:' .. actor, 0, to) end
end
for _ = 1, tonumber(take()) do
  local field, json = take(), take()
  redis.call('HSET', actorKey, field, json)
end

local published = false
local function publish(tenant, reason, body)
  if reason == '' then return end
  redis.call('XADD', tag .. 'feed', '*', 'reason', reason, 'tenant', tenant, 'finding', body)
  published = true
end
local function unlist(tenant, member)
  if member == '' then return end
  redis.call('ZREM', tag .. 'list', member)
  redis.call('ZREM', tag .. 'list:' .. tenant, member)
end

-- An id that is no longer that of a finding, or of one that was taken over, leads to the finding that stands.
local function follow(former, id)
  redis.call('HSET', tag .. 'ids', former, id)
  redis.call('SADD', tag .. 'fi:' .. id, former)
end

for _ = 1, tonumber(take()) do
  local id, expected, revision, core, body, span = take(), take(), take(), take(), take(), take()
  local listedBefore, listedNow, tenant, quiet, due, updatedAt = take(), take(), take(), take(), take(), take()
  local key = tag .. 'f:' .. id
  -- What is left of one whose other keys were evicted is no part of the one that is raised in its place.
  if expected == '' then redis.call('DEL', tag .. 'fm:' .. id, tag .. 'fc:' .. id, tag .. 'fe:' .. id, tag .. 'fs:' .. id, tag .. 'fh:' .. id) end
  for _ = 1, tonumber(take()) do
    local absorbed, _, absorbedRevision, absorbedBody, member, reason = take(), take(), take(), take(), take(), take()
    for _, part in ipairs({ 'fm:', 'fe:', 'fs:' }) do
      local from = redis.call('HGETALL', tag .. part .. absorbed)
      for i = 1, #from, 2 do redis.call('HSET', tag .. part .. id, from[i], from[i + 1]) end
    end
    redis.call('HINCRBY', key, 'noted', redis.call('HGET', tag .. 'f:' .. absorbed, 'noted') or 0)
    redis.call('ZUNIONSTORE', tag .. 'fh:' .. id, 2, tag .. 'fh:' .. id, tag .. 'fh:' .. absorbed)
    redis.call('SUNIONSTORE', tag .. 'fc:' .. id, tag .. 'fc:' .. id, tag .. 'fc:' .. absorbed)
    redis.call('DEL', tag .. 'fm:' .. absorbed, tag .. 'fc:' .. absorbed, tag .. 'fe:' .. absorbed, tag .. 'fs:' .. absorbed, tag .. 'fh:' .. absorbed)
    for _, former in ipairs(redis.call('SMEMBERS', tag .. 'fi:' .. absorbed)) do follow(former, id) end
    redis.call('DEL', tag .. 'fi:' .. absorbed)
    follow(absorbed, id)
    redis.call('HSET', tag .. 'f:' .. absorbed, 'revision', absorbedRevision, 'body', absorbedBody, 'supersededBy', id)
    redis.call('HDEL', tag .. 'f:' .. absorbed, 'core', 'triage', 'suppressed', 'noted')
    redis.call('HDEL', tag .. 'af:' .. actor, absorbed)
    redis.call('ZREM', tag .. 'quiet', absorbed)
    redis.call('ZADD', tag .. 'kept', now, absorbed)
    unlist(tenant, member)
    publish(tenant, reason, absorbedBody)
  end
  for _ = 1, tonumber(take()) do redis.call('HSET', tag .. 'fm:' .. id, take(), take()) end
  for _ = 1, tonumber(take()) do redis.call('SADD', tag .. 'fc:' .. id, take()) end
  for _, part in ipairs({ 'fe:', 'fs:' }) do
    for _ = 1, tonumber(take()) do
      local field, value = take(), take()
      if value == '' then redis.call('HDEL', tag .. part .. id, field) else redis.call('HSET', tag .. part .. id, field, value) end
    end
  end
  for _ = 1, tonumber(take()) do follow(take(), id) end
  redis.call('HSET', key, 'core', core, 'body', body, 'revision', revision, 'updatedAt', updatedAt, 'actor', actor)
  annotate(tag, id, now, take)
  redis.call('HSET', tag .. 'af:' .. actor, id, span)
  if quiet == 'set' then redis.call('ZADD', tag .. 'quiet', 'NX', due, id) end
  if quiet == 'clear' then redis.call('ZREM', tag .. 'quiet', id) end
  unlist(tenant, listedBefore)
  if listedNow ~= '' then
    redis.call('ZADD', tag .. 'list', 0, listedNow)
    redis.call('ZADD', tag .. 'list:' .. tenant, 0, listedNow)
  end
  local reason = take()
  if reason ~= '' then redis.call('ZADD', tag .. 'kept', now, id) end
  publish(tenant, reason, body)
end

redis.call('HSET', actorKey, 'folds', foldsNow)
local owed = done ~= '1' or redis.call('HGET', actorKey, 'facts') ~= facts
if not owed then redis.call('ZREM', tag .. 'fold', actor)
-- What was owed until now is done; what came since then is owed since then. An actor that is never quiet would else seem left behind.
elseif done == '1' then redis.call('ZADD', tag .. 'fold', 'XX', now, actor) end
-- Readers that wait are woken by the step itself, so that a crash after it delays no one.
if published then redis.call('PUBLISH', tag .. 'feed', '') end
return { 'stored', owed and '1' or '0' }
