-- Tamper evidence of the audit trail: its entries are sealed shortly after their commit, in batches, each seal a hash
-- over its entries and the seal before. seal: null until then; set once, nothing else of an entry ever changes.
alter table audit_entry add column seal bigint;
create index audit_entry_by_seal on audit_entry (seal, id);
create index audit_entry_by_time on audit_entry (at, id);

create table audit_seal (
  seal bigint not null,
  entries integer not null,
  previous_hash varchar(64) not null,
  hash varchar(64) not null,
  sealed_at timestamp with time zone not null,
  constraint audit_seal_pk primary key (seal)
);

-- The beginning of the chain, over nothing. Whoever locks this row is the one sealer.
insert into audit_seal (seal, entries, previous_hash, hash, sealed_at)
  values (0, 0, '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', current_timestamp);
