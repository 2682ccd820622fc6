-- Tells what an actor is owed: the operations that no fold has seen, and of the sign-ins that wait as many as fit into a reply.
--
-- KEYS[1]  the shard's tag
-- ARGV     actor; most operations; most sign-ins; bytes that fit
-- Returns  {actor (JSON), fact version, fold version, when the shard was whole before its last loss (ms), when that was noticed (ms):
--           each '' where there is none, {index member...}, sign-ins that wait, {sign-in...}, server}
--          Of the actor '*' and of a single sign-in '' stand for one that is too large for a reply.
local tag, actor = KEYS[1], ARGV[1]
local most, max = tonumber(ARGV[3]), tonumber(ARGV[4])
local fields = redis.call('HMGET', tag .. 'a:' .. actor, 'actor', 'facts', 'folds')
local losses = redis.call('HMGET', tag .. 'meta', 'lostAt', 'lossNotedAt')
local members = redis.call('ZRANGEBYLEX', tag .. 'ai:' .. actor, '[!|', '[!}', 'LIMIT', 0, ARGV[2])
local text = fields[1] or ''
if #text > max / 2 then text = '*' end
local left = max - #text
for _, member in ipairs(members) do left = left - #member end

local pending = tag .. 'ap:' .. actor
local signIns, isFull = {}, false
repeat
  local found = redis.call('LRANGE', pending, #signIns, math.min(#signIns + 20, most) - 1)
  for _, signIn in ipairs(found) do
    isFull = #signIn > left
    if isFull then
      if #signIns == 0 then signIns[1] = '' end
      break
    end
    left = left - #signIn
    signIns[#signIns + 1] = signIn
  end
until isFull or #found < 20 or #signIns == most
return { text, fields[2] or '', fields[3] or '', losses[1] or '', losses[2] or '', members, redis.call('LLEN', pending), signIns, servedBy() }
