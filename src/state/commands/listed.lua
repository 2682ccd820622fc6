-- The next findings of a list that its members say may be given, and their bodies, as many as fit.
--
-- KEYS[1]  the shard's tag
-- ARGV     the list, as its key goes on behind the tag; the place that was looked at last, or ''; members looked at and findings told
--          at the most; bytes of bodies that fit, 0 for no bodies; of a finding: a view by its first letters, the status or '', and
--          'exclude', 'only' or 'include' suppressed
-- Returns  {the place that was looked at last, or '' at the end of the list; how many bodies there are, and the bodies, commas between
--          them; how many findings are told, and of each a line: its place, and how many bytes its body has, '?' where it is left out
--          or '-' where there is none}
local tag, list, after = KEYS[1], KEYS[1] .. ARGV[1], ARGV[2]
local looked, told, bytesLeft = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local view, status, suppressed = ARGV[6], ARGV[7], ARGV[8]
-- How long a place is: a time and an id in hex, see `listMember`.
local PLACE = 16 + 1 + 32

local function mayFit(member)
  local views, noted = string.match(member, '([^|]*)(.*)', PLACE + 2)
  if not string.find(views, view, 1, true) then return false end
  local standing, isSuppressed = 'new', false
  for word in string.gmatch(noted, '[^|]+') do
    if word == 'suppressed' then isSuppressed = true else standing = word end
  end
  return (status == '' or status == standing) and (suppressed == 'include' or (suppressed == 'only') == isSuppressed)
end

local function bodyOf(place)
  if bytesLeft <= 0 then return '?' end
  local body = redis.call('HGET', tag .. 'f:' .. string.sub(place, 18), 'body')
  if not body then return '-' end
  -- Where one does not fit those behind it are left out, too: they are given in their order.
  bytesLeft = bytesLeft - #body
  if bytesLeft < 0 then return '?' end
  return #body, body
end

local members = redis.call('ZRANGEBYLEX', list, after == '' and '-' or '(' .. after .. '|~', '+', 'LIMIT', 0, looked)
local lines, bodies, last = {}, {}, ''
if #members == looked then last = string.sub(members[looked], 1, PLACE) end
for i, member in ipairs(members) do
  if mayFit(member) then
    local place = string.sub(member, 1, PLACE)
    if #lines == told then
      last = string.sub(members[i - 1], 1, PLACE)
      break
    end
    local size, body = bodyOf(place)
    lines[#lines + 1] = place .. ' ' .. size
    bodies[#bodies + 1] = body
  end
end
return { last, #bodies, table.concat(bodies, ','), #lines, table.concat(lines, '\n') }
