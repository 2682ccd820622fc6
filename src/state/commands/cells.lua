-- A part of scripts: fields of hashes that are written only where each is what the caller read. What it takes of the arguments:
--          cells: n, then (key, field, SHA-1 of the value expected or '', new value, '' to delete it or '=' to leave it)
-- Nothing is written by `readCells`, which gives nil where one is another.
local function readCells(take)
  local cells = {}
  for _ = 1, tonumber(take()) do
    local key, field, expected, value = take(), take(), take(), take()
    local stored = redis.call('HGET', key, field)
    if (stored and redis.sha1hex(stored) or '') ~= expected then return nil end
    cells[#cells + 1] = { key, field, value }
  end
  return cells
end

local function writeCells(cells)
  for _, cell in ipairs(cells) do
    if cell[3] == '' then redis.call('HDEL', cell[1], cell[2])
    elseif cell[3] ~= '=' then redis.call('HSET', cell[1], cell[2], cell[3]) end
  end
end
