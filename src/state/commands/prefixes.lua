-- Lists the prefixes (everything before the first '|') that an actor's index holds, in steps from one to the next.
--
-- KEYS[1]  the shard's tag
-- ARGV     actor
-- Returns  {prefix...}
local index = KEYS[1] .. 'ai:' .. ARGV[1]
local found = {}
local from = '-'
while true do
  local member = redis.call('ZRANGEBYLEX', index, from, '+', 'LIMIT', 0, 1)[1]
  if not member then return found end
  local prefix = string.match(member, '^[^|]*')
  found[#found + 1] = prefix
  -- '}' is the next character after '|'.
  from = '[' .. prefix .. '}'
end
