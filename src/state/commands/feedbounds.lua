-- Tells from where to where the feed of a shard reaches.
--
-- Part     behind
-- KEYS[1]  the shard's tag
-- Returns  {generation or '', the last id that was trimmed with its seal or '', id of the newest revision or '', its seal,
--           version of those erased or ''}; one that was erased is the newest still, until another comes
local meta = redis.call('HMGET', KEYS[1] .. 'meta', 'generation', 'feedTrimmed', 'erased')
local newest = redis.call('XREVRANGE', KEYS[1] .. 'feed', '+', '-', 'COUNT', 1)[1]
local last = newest and (newest[1] .. ' ' .. string.sub(redis.sha1hex(table.concat(newest[2], '\n')), 1, 6))
local latest = redis.call('ZREVRANGE', KEYS[1] .. 'feederased', 0, 0, 'WITHSCORES')
for _, one in ipairs(latest[1] and redis.call('ZRANGEBYSCORE', KEYS[1] .. 'feederased', latest[2], latest[2]) or {}) do
  if not last or isBehind(one, last) then last = one end
end
local id, seal = string.match(last or '', '^(%S*) ?(.*)$')
return { meta[1] or '', meta[2] or '', id, seal, meta[3] or '' }
