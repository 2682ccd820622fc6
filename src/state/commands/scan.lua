-- Reads a part of a hash: names with their values, as long as these fit into a reply.
--
-- KEYS[1]  the hash
-- ARGV     where to go on, '0' to begin; how many names are enough; bytes that fit
-- Returns  {where to go on, '0' at the end, then name, value or nil where it does not fit...}
local enough, max = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply, bytes, isFull = { ARGV[1] }, 0, false
repeat
  local found = redis.call('HSCAN', KEYS[1], reply[1], 'COUNT', 20)
  reply[1] = found[1]
  for i = 1, #found[2], 2 do
    local name, value = found[2][i], found[2][i + 1]
    bytes = bytes + #name
    if bytes + #value > max then isFull, value = true, false
    else bytes = bytes + #value end
    reply[#reply + 1] = name
    reply[#reply + 1] = value
  end
until reply[1] == '0' or #reply > 2 * enough or isFull
return reply
