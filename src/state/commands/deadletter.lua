-- Keeps dead letters, each once, raises the partition's mark, and lets the oldest go when there are too many or they are too
-- large; or refuses and writes nothing.
--
-- KEYS[1]  the tag of the dead letters
-- ARGV     generation that the caller knows; version of those erased that it knows; mark: field, value that the caller last saw or '', value to raise it to;
--          most letters; most bytes; n, then (id, order, JSON)
-- Returns  {'kept', letters dropped, ids that were not there before...}
--          {'changed'}, where someone was erased meanwhile
--          {'lost', generation now}, where the generation is another or the mark is behind
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
local field, seen, target = ARGV[3], ARGV[4], ARGV[5]
local stored = redis.call('HGET', tag .. 'marks', field)
if ARGV[1] ~= generation or (seen ~= '' and tonumber(stored or -1) < tonumber(seen)) then return { 'lost', generation } end
if ARGV[2] ~= (redis.call('HGET', tag .. 'meta', 'erased') or '') then return { 'changed' } end

local most, mostBytes = tonumber(ARGV[6]), tonumber(ARGV[7])
local reply, dropped = { 'kept', '0' }, 0
for i = 0, tonumber(ARGV[8]) - 1 do
  local id, order, json = ARGV[9 + 3 * i], ARGV[10 + 3 * i], ARGV[11 + 3 * i]
  if redis.call('HSETNX', tag .. 'letters', id, json) == 1 then
    redis.call('ZADD', tag .. 'order', 0, order .. '|' .. id)
    redis.call('HINCRBY', tag .. 'meta', 'bytes', #json)
    reply[#reply + 1] = id
  end
end
while true do
  local count = redis.call('ZCARD', tag .. 'order')
  if count <= most and (count == 0 or tonumber(redis.call('HGET', tag .. 'meta', 'bytes') or 0) <= mostBytes) then break end
  local oldest = redis.call('ZRANGE', tag .. 'order', 0, 0)[1]
  local id = string.match(oldest, '|(.*)$')
  redis.call('HINCRBY', tag .. 'meta', 'bytes', -(redis.call('HSTRLEN', tag .. 'letters', id)))
  redis.call('HDEL', tag .. 'letters', id)
  redis.call('ZREM', tag .. 'order', oldest)
  dropped = dropped + 1
end
if dropped > 0 then redis.call('HINCRBY', tag .. 'meta', 'dropped', dropped) end
-- What gave way was here: the mark tells of a loss, not of the bounds.
if tonumber(stored or -1) < tonumber(target) then redis.call('HSET', tag .. 'marks', field, target) end
reply[2] = tostring(dropped)
return reply
