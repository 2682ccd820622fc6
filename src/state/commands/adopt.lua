-- Puts a rule in force, in one step; the parts of the state follow, see `fence.lua`.
--
-- KEYS[1]  the service's tag
-- ARGV     hash of the rule; the rule (JSON); now (ms); since when it is in force at the least (ms); '1' to leave one that stands
-- Returns  {'adopted' | 'stands', hash, since (ms), rule (JSON) or ''} of what is in force afterwards
local meta = KEYS[1] .. 'meta'
local before = redis.call('HGET', meta, 'rule')
local since = tonumber(redis.call('HGET', meta, 'ruleSince') or 0)
local outcome = 'stands'
if not before or (before ~= ARGV[1] and ARGV[5] ~= '1') then
  outcome = 'adopted'
  -- Later than every other, whatever the clocks say: the parts of the state go by it.
  since = math.max(tonumber(ARGV[3]), tonumber(ARGV[4]), since + 1)
  redis.call('HSET', meta, 'rule', ARGV[1], 'ruleSince', string.format('%.0f', since), 'ruleText', ARGV[2])
elseif before == ARGV[1] and (since == 0 or redis.call('HEXISTS', meta, 'ruleText') == 0) then
  -- Earlier versions noted the hash alone.
  since = math.max(since, tonumber(ARGV[4]), 1)
  redis.call('HSET', meta, 'ruleSince', string.format('%.0f', since), 'ruleText', ARGV[2])
end
return { outcome, redis.call('HGET', meta, 'rule'), redis.call('HGET', meta, 'ruleSince') or '0', redis.call('HGET', meta, 'ruleText') or '' }
