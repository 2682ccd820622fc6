-- Stands before every other script.
--
-- Arguments that are too long for one call were staged before it, one behind another, each
-- behind its length; the script takes them from there, and sees no difference.
--
-- ARGV     '@staged'; the name under which they are staged; how many bytes they are
local ARGV = ARGV
if ARGV[1] == '@staged' then
  local staged = redis.call('GET', KEYS[1] .. 'staged:' .. ARGV[2]) or ''
  if #staged ~= tonumber(ARGV[3]) then return redis.error_reply('UNSTAGED the arguments of a call are gone') end
  ARGV = {}
  local at = 1
  while at <= #staged do
    local length = struct.unpack('>I4', staged, at)
    ARGV[#ARGV + 1] = string.sub(staged, at + 4, at + 3 + length)
    at = at + 4 + length
  end
end


-- The server that runs this, until it is started anew.
local function serverRun()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
end

-- What the server tells of keys that it has evicted, and whether that is more than was noted. Started anew, it counts from nothing.
local function evictedSince(noted)
  local run = serverRun()
  local count = tonumber(string.match(redis.call('INFO', 'stats'), 'evicted_keys:(%d+)') or 0)
  local counted = tonumber(string.match(noted, '^' .. run .. ' (%d+)$') or 0)
  return run .. ' ' .. count, count > counted
end

-- The server, and who has been erased there by now. What was read from one is not written to another, as after a failover:
-- versions and marks that are there may be those that were read, and yet what hangs on them is not. Nor is what was read before
-- an erasure written after it.
local function servedBy()
  return serverRun() .. ' ' .. (redis.call('HGET', KEYS[1] .. 'meta', 'erased') or '')
end
