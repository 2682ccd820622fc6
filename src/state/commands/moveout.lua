-- Removes a finding that another shard has by now.
--
-- Part     remove
-- KEYS[1]  the shard's tag
-- ARGV     finding; tenant; list member or ''
-- Returns  'removed'
remove(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
return 'removed'
