-- Lists the prefixes (everything before the first '|') that an actor's index holds, in steps from one to the next.
--
-- KEYS[1]  the shard's tag
-- ARGV     actor; the prefix to begin behind, '' for the first; most prefixes
-- Returns  {prefix...}
local index = KEYS[1] .. 'ai:' .. ARGV[1]
local found = {}
-- '}' is the next character after '|'.
local from = ARGV[2] == '' and '-' or '[' .. ARGV[2] .. '}'
while #found < tonumber(ARGV[3]) do
  local member = redis.call('ZRANGEBYLEX', index, from, '+', 'LIMIT', 0, 1)[1]
  if not member then return found end
  local prefix = string.match(member, '^[^|]*')
  found[#found + 1] = prefix
  from = '[' .. prefix .. '}'
end
return found
