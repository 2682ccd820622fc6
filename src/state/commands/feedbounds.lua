-- Tells from where to where the feed of a shard reaches.
--
-- KEYS[1]  the shard's tag
-- Returns  {generation or '', the last id that was trimmed with its seal or '', id of the newest revision or '', its seal}
local meta = redis.call('HMGET', KEYS[1] .. 'meta', 'generation', 'feedTrimmed')
local newest = redis.call('XREVRANGE', KEYS[1] .. 'feed', '+', '-', 'COUNT', 1)[1]
local seal = newest and string.sub(redis.sha1hex(table.concat(newest[2], '\n')), 1, 6) or ''
return { meta[1] or '', meta[2] or '', newest and newest[1] or '', seal }
