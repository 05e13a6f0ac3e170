-- The number under which the server handed over the peer's last stanza that had an effect. It comes again with
-- the same number when our acknowledgement was lost, perhaps after somebody has undone that effect.
alter table peer add column last_handover bigint;
