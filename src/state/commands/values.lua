-- Reads values one after another, as many as fit into a reply; of one that is too large for it, a piece.
--
-- KEYS[1]  the part's tag, or the first of the keys where no server is asked for; all share its slot
-- ARGV     bytes that fit; of the first value: bytes that were read before, SHA-1 of the whole or ''; '1' to be told the server;
--          then (command, key, names: n, name...): HGET of a hash, LINDEX of a list, XRANGE for what a revision of the feed tells
-- Returns  {'values', server or '', value or nil...}, at least one
--          {'piece', server or '', bytes, bytes of the whole, SHA-1 of the whole}
--          {'changed'} when the first value is not the one that was read before
local max, from, expected = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local server = ARGV[4] == '1' and servedBy() or ''
local function read(command, key, name)
  if command ~= 'XRANGE' then return redis.call(command, key, name) end
  local entry = redis.call('XRANGE', key, name, name)[1]
  if not entry then return false end
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'finding' then return entry[2][i + 1] end
  end
  return false
end

local reply, bytes, position = { 'values', server }, 0, 5
while position < #ARGV do
  local command, key, names = ARGV[position], ARGV[position + 1], tonumber(ARGV[position + 2])
  for i = position + 3, position + 2 + names do
    local value = read(command, key, ARGV[i])
    local size = value and #value or 0
    if #reply == 2 and (expected ~= '' or size > max) then
      local whole = value and redis.sha1hex(value) or ''
      if expected ~= '' and expected ~= whole then return { 'changed' } end
      return { 'piece', server, string.sub(value, from + 1, from + max), tostring(size), whole }
    end
    bytes = bytes + size
    if bytes > max then return reply end
    reply[#reply + 1] = value
  end
  position = position + 3 + names
end
return reply
