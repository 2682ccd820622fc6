-- A part of scripts: whether one revision of the feed came after another, each by its id with its seal behind it.
local function isBehind(one, other)
  local ms, n = string.match(one, '^(%d+)%-(%d+)')
  local otherMs, otherN = string.match(other, '^(%d+)%-(%d+)')
  if ms ~= otherMs then return tonumber(ms) > tonumber(otherMs) end
  return tonumber(n) > tonumber(otherN)
end
