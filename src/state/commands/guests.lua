-- Which guests a shard has, by their tokens, one bucket after the other; those that are empty cost no round trip.
--
-- KEYS[1]  the shard's tag
-- ARGV     the first bucket; the one to end before; how many tokens are enough
-- Returns  {the bucket to go on with, token...}: of each bucket looked into all, in no order
local bucket, last, enough = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local reply = { 0 }
while bucket < last and #reply <= enough do
  for _, name in ipairs(redis.call('HKEYS', KEYS[1] .. 'g:' .. bucket)) do
    -- What is longer is an hour of a guest.
    if #name == 12 then reply[#reply + 1] = name end
  end
  bucket = bucket + 1
end
reply[1] = bucket
return reply
