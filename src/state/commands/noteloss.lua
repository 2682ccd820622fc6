-- Notes in a part of the state that it was lost: each loss once, whoever notices it, and up to when the part is known to
-- have been whole, of several losses the last.
--
-- KEYS[1]  the part's tag
-- ARGV     when it was known to be whole (ms), '' if nobody knows: then the time of noticing, unless one is noted already;
--          when that was noticed (ms); most losses kept; n, then (name of the loss, JSON)
-- Returns  nothing
local meta = KEYS[1] .. 'meta'
local function raise(field, value)
  local stored = redis.call('HGET', meta, field)
  if not stored or tonumber(stored) < tonumber(value) then redis.call('HSET', meta, field, value) end
end
if ARGV[1] ~= '' then raise('lostAt', ARGV[1]) else redis.call('HSETNX', meta, 'lostAt', ARGV[2]) end
raise('lossNotedAt', ARGV[2])
for i = 0, tonumber(ARGV[4]) - 1 do redis.call('HSETNX', meta, 'loss ' .. ARGV[5 + 2 * i], ARGV[6 + 2 * i]) end

local fields = redis.call('HGETALL', meta)
local losses = {}
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 5) == 'loss ' then losses[#losses + 1] = { fields[i], cjson.decode(fields[i + 1]).at } end
end
table.sort(losses, function(a, b) return a[2] < b[2] end)
for i = 1, #losses - tonumber(ARGV[3]) do redis.call('HDEL', meta, losses[i][1]) end
