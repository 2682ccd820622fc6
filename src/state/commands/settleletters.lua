-- Takes off dead letters that are understood by now, and writes down of others that they were tried again.
--
-- KEYS[1]  the tag of the dead letters
-- ARGV     generation that the caller knows; n, then (id, order, JSON or '' to take it off)
-- Returns  {'settled', letters taken off} | {'lost', generation now}
local tag = KEYS[1]
local generation = redis.call('HGET', tag .. 'meta', 'generation') or ''
if ARGV[1] ~= generation then return { 'lost', generation } end
local off = 0
for i = 0, tonumber(ARGV[2]) - 1 do
  local id, order, json = ARGV[3 + 3 * i], ARGV[4 + 3 * i], ARGV[5 + 3 * i]
  -- One that another has taken off, or that gave way meanwhile, does not come back.
  if redis.call('HEXISTS', tag .. 'letters', id) == 1 then
    redis.call('HINCRBY', tag .. 'meta', 'bytes', #json - redis.call('HSTRLEN', tag .. 'letters', id))
    if json ~= '' then redis.call('HSET', tag .. 'letters', id, json)
    else
      redis.call('HDEL', tag .. 'letters', id)
      redis.call('ZREM', tag .. 'order', order .. '|' .. id)
      off = off + 1
    end
  end
end
return { 'settled', tostring(off) }
