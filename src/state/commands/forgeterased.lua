-- Lets marks of those erased go that are past their time.
--
-- KEYS[1]  the tag of a part of the state
-- ARGV     time before which they go (ms); a fresh version
-- Returns  number of marks that went
local tag = KEYS[1]
local gone = redis.call('ZREMRANGEBYSCORE', tag .. 'erased', '-inf', '(' .. ARGV[1])
if gone > 0 then redis.call('HSET', tag .. 'meta', 'erased', redis.call('EXISTS', tag .. 'erased') == 1 and ARGV[2] or '') end
return gone
