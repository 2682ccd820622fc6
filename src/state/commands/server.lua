-- Tells which server runs this, and which erasure was the last there.
--
-- KEYS[1]  the shard's tag
-- Returns  its name, another one each time it is started, and behind a space the version of those erased, '' for none
return servedBy()
