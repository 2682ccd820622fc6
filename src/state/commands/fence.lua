-- Tells a part of the state which rule is in force, unless it knows of a later one.
--
-- KEYS[1]  the part's tag
-- ARGV     hash of the rule; since when it is in force (ms)
-- Returns  '1' when the part was told something new
local meta = KEYS[1] .. 'meta'
local since = redis.call('HGET', meta, 'ruleSince')
if since and tonumber(since) >= tonumber(ARGV[2]) then return '0' end
redis.call('HSET', meta, 'rule', ARGV[1], 'ruleSince', ARGV[2])
return '1'
