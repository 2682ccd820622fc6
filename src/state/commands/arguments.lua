-- Stands before every other script.
--
-- Where there are many arguments they come as one, each behind its length and one behind another; those that are too long for one
-- call were staged before it, in the same form. The script takes them from there, and sees no difference.
--
-- ARGV     '@packed'; the arguments
--          '@staged'; the name under which they are staged; how many bytes they are
local ARGV = ARGV
if ARGV[1] == '@packed' or ARGV[1] == '@staged' then
  local packed = ARGV[2]
  if ARGV[1] == '@staged' then
    packed = redis.call('GET', KEYS[1] .. 'staged:' .. ARGV[2]) or ''
    if #packed ~= tonumber(ARGV[3]) then return redis.error_reply('UNSTAGED the arguments of a call are gone') end
  end
  ARGV = {}
  local at = 1
  while at <= #packed do
    ARGV[#ARGV + 1], at = struct.unpack('>I4c0', packed, at)
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
