-- A part of scripts: removes a finding with all that is kept of it. Takes its tenant and its list member, '' where it is in no list;
-- gives its actor.
local function remove(tag, id, tenant, member)
  local actor = redis.call('HGET', tag .. 'f:' .. id, 'actor') or ''
  for _, former in ipairs(redis.call('SMEMBERS', tag .. 'fi:' .. id)) do redis.call('HDEL', tag .. 'ids', former) end
  redis.call('DEL', tag .. 'fi:' .. id, tag .. 'f:' .. id, tag .. 'fm:' .. id, tag .. 'fc:' .. id, tag .. 'fe:' .. id, tag .. 'fs:' .. id, tag .. 'fh:' .. id)
  redis.call('HDEL', tag .. 'af:' .. actor, id)
  redis.call('ZREM', tag .. 'quiet', id)
  redis.call('ZREM', tag .. 'kept', id)
  if member ~= '' then
    redis.call('ZREM', tag .. 'list', member)
    redis.call('ZREM', tag .. 'list:' .. tenant, member)
  end
  return actor
end
