-- Reads revisions of the feed from a place on, as many as fit into a reply.
--
-- KEYS[1]  the shard's tag
-- ARGV     id to begin with, '(' before it to begin behind it; most revisions; bytes that fit
-- Returns  {'1' at the end of the feed, else '0', then id, seal, reason, tenant, finding...}, at least one revision where there is
--          one; nil for the finding of a single one that is too large for a reply
local from, most, max = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local reply, bytes, count = { '0' }, 0, 0
while count < most do
  local wanted = math.min(20, most - count)
  local found = redis.call('XRANGE', KEYS[1] .. 'feed', from, '+', 'COUNT', wanted)
  for _, entry in ipairs(found) do
    local told = {}
    for i = 1, #entry[2], 2 do told[entry[2][i]] = entry[2][i + 1] end
    local finding = told.finding or ''
    bytes = bytes + #finding + 200
    if bytes > max then
      if count > 0 then return reply end
      finding = false
    end
    -- What tells the revision from another under the same id, as readers' cursors have it: see `queries/place`.
    local seal = string.sub(redis.sha1hex(table.concat(entry[2], '\n')), 1, 6)
    for _, part in ipairs({ entry[1], seal, told.reason or '', told.tenant or '', finding }) do reply[#reply + 1] = part end
    count, from = count + 1, '(' .. entry[1]
  end
  if #found < wanted then
    reply[1] = '1'
    return reply
  end
end
return reply
