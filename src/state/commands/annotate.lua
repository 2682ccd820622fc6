-- A part of scripts: writes what is noted of a finding beside its facts. What it takes of the arguments:
--          triage (JSON) and what suppresses it (JSON), each '=' for as it is and '' for none;
--          id of the suppression that hides it from now on or ''; history: n, then member
local HISTORY_MAX = 500
local HIDDEN_LISTED_MAX = 1000

local function annotate(tag, id, now, take)
  local key = tag .. 'f:' .. id
  for _, field in ipairs({ 'triage', 'suppressed' }) do
    local value = take()
    if value == '' then redis.call('HDEL', key, field)
    elseif value ~= '=' then redis.call('HSET', key, field, value) end
  end
  local by = take()
  if by ~= '' and redis.call('ZADD', tag .. 'hid:' .. by, 'NX', now, id) == 1 then
    redis.call('HINCRBY', tag .. 'hid', by, 1)
    redis.call('ZREMRANGEBYRANK', tag .. 'hid:' .. by, 0, -1 - HIDDEN_LISTED_MAX)
  end
  local history = tag .. 'fh:' .. id
  local added = tonumber(take())
  for _ = 1, added do redis.call('ZADD', history, 0, take()) end
  redis.call('ZREMRANGEBYRANK', history, 0, -1 - HISTORY_MAX)
  -- What was evicted shows where fewer are there than were noted.
  local noted = math.min(tonumber(redis.call('HGET', key, 'noted') or 0) + added, HISTORY_MAX)
  if noted > 0 then redis.call('HSET', key, 'noted', noted) end
end
