-- Tells which server runs this.
--
-- KEYS[1]  the shard's tag
-- Returns  its name, another one each time it is started
return servedBy()
