-- Stands before every script that writes, and before `arguments.lua`: under another rule than the one in force nothing is written.
--
-- KEYS[1]  the tag of a part of the state, or of the service
-- ARGV     last: the hash of the caller's rule, or '' of a caller that has none; the script below does not see it
-- Fails    with OTHERRULE
local guarded = table.remove(ARGV)
do
  local inForce = redis.call('HGET', KEYS[1] .. 'meta', 'rule')
  if inForce and guarded ~= '' and inForce ~= guarded then
    return redis.error_reply('OTHERRULE the rule in force is ' .. inForce .. ', and this process has ' .. guarded .. ': nothing is written until `guestwatch rule adopt`')
  end
end
