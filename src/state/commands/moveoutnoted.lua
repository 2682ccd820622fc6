-- Removes a tenant's suppressions, and who is erased there, as another shard has them by now.
--
-- KEYS[1]  the shard's tag
-- ARGV     tenant; suppressions: n, then id; erased: n, then mark
-- Returns  'removed'
local tag, tenant = KEYS[1], ARGV[1]
local count = tonumber(ARGV[2])
for i = 3, 2 + count do
  for _, key in ipairs({ 'sup', 'hid' }) do redis.call('HDEL', tag .. key, ARGV[i]) end
  redis.call('ZREM', tag .. 'supdue', ARGV[i])
  redis.call('DEL', tag .. 'hid:' .. ARGV[i])
end
redis.call('DEL', tag .. 'sup:' .. tenant, tag .. 'supended:' .. tenant)
redis.call('SREM', tag .. 'suptenants', tenant)
redis.call('ZREM', tag .. 'decide', tenant)
for i = 4 + count, 3 + count + tonumber(ARGV[3 + count]) do redis.call('ZREM', tag .. 'erased', ARGV[i]) end
return 'removed'
