-- The server roster (XEP-0267) and what belongs to one change of it. Runs on PostgreSQL and on H2 in
-- PostgreSQL mode. A peer is written in its normalised ASCII form; address is how the peer writes itself.

create table peer (
  domain varchar(253) not null,
  peer varchar(253) not null,
  address varchar(1023) not null,
  state varchar(24) not null,
  pre_approved boolean default false not null,
  blocked boolean default false not null,
  denied_at timestamp with time zone,
  request_id uuid,
  last_seen timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint peer_pk primary key (domain, peer),
  constraint peer_is_not_us check (domain <> peer),
  constraint peer_state_is_known check (state in ('none', 'none+pending-out', 'none+pending-in',
    'none+pending-out+in', 'to', 'to+pending-in', 'from', 'from+pending-out', 'both'))
);

create index peer_by_state on peer (domain, state);

-- A peer's wish to be approved, until a person, the peer or the clock ends it.
create table approval_request (
  id uuid not null,
  domain varchar(253) not null,
  peer varchar(253) not null,
  received_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  outcome varchar(10) not null,
  decided_at timestamp with time zone,
  decided_by varchar(320),
  constraint approval_request_pk primary key (id),
  constraint approval_request_has_peer foreign key (domain, peer) references peer (domain, peer),
  constraint approval_request_outcome_is_known
    check (outcome in ('open', 'approved', 'denied', 'withdrawn', 'expired')),
  constraint approval_request_ended_or_open check ((outcome = 'open') = (decided_at is null))
);

create index approval_request_by_peer on approval_request (domain, peer);
create index approval_request_by_end on approval_request (outcome, expires_at);

-- One link of one mail. The link itself is in the mail alone; here is its SHA-256.
create table approval_token (
  token_hash varchar(64) not null,
  request_id uuid not null,
  administrator varchar(320) not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  voided_at timestamp with time zone,
  constraint approval_token_pk primary key (token_hash),
  constraint approval_token_has_request foreign key (request_id) references approval_request (id),
  constraint approval_token_used_or_voided check (used_at is null or voided_at is null)
);

create index approval_token_by_request on approval_token (request_id);

-- Who did what, when, from where and why. Rows are only ever added.
create table audit_entry (
  id bigint generated always as identity,
  at timestamp with time zone not null,
  domain varchar(253) not null,
  peer varchar(253) not null,
  action varchar(32) not null,
  actor varchar(320) not null,
  via varchar(16) not null,
  origin varchar(64),
  state_before varchar(24) not null,
  state_after varchar(24) not null,
  request_id uuid,
  note varchar(2000),
  constraint audit_entry_pk primary key (id)
);

create index audit_entry_by_peer on audit_entry (domain, peer, id);

-- What must leave the house. The rows of one lane leave one after the other, in the order of their ids.
create table outbox (
  id bigint generated always as identity,
  wire_id uuid not null,
  channel varchar(8) not null,
  lane varchar(900) not null,
  domain varchar(253) not null,
  peer varchar(253) not null,
  kind varchar(16) not null,
  recipient varchar(1023) not null,
  request_id uuid,
  created_at timestamp with time zone not null,
  next_at timestamp with time zone not null,
  attempts integer default 0 not null,
  lease uuid,
  leased_until timestamp with time zone,
  last_error varchar(500),
  constraint outbox_pk primary key (id),
  constraint outbox_wire_id_is_unique unique (wire_id),
  constraint outbox_channel_is_known check (channel in ('xmpp', 'mail'))
);

create index outbox_by_lane on outbox (lane, id);
create index outbox_by_channel on outbox (channel, next_at, id);

-- Keys that every replica must share, made at the first start.
create table shared_key (
  name varchar(32) not null,
  key_material varchar(64) not null,
  created_at timestamp with time zone not null,
  constraint shared_key_pk primary key (name)
);
