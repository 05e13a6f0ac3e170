-- What is kept of a peer over the whole life of a trust: our own request, pre-approval, presence, review.

-- resend_at: when our unanswered request is sent again; null once we have given up. out_error: what the peer's
-- side answered instead, a condition of RFC 6120, section 8.3.3. dropped: stanzas of a blocked peer.
alter table peer add column pre_approved_by varchar(320);
alter table peer add column dropped bigint default 0 not null;
alter table peer add column asked_at timestamp with time zone;
alter table peer add column resend_at timestamp with time zone;
alter table peer add column resends integer default 0 not null;
alter table peer add column out_error varchar(40);
alter table peer add column review_at timestamp with time zone;
alter table peer add column online boolean default false not null;

update peer set asked_at = updated_at, resend_at = updated_at
  where state in ('none+pending-out', 'none+pending-out+in', 'from+pending-out');

create index peer_by_resend on peer (resend_at);
create index peer_by_review on peer (review_at);

-- kind: approval, a peer asks for our trust; review, a trust is to be confirmed. quiet: no mail was sent,
-- because the peer was denied shortly before.
alter table approval_request add column kind varchar(8) default 'approval' not null;
alter table approval_request add column quiet boolean default false not null;
alter table approval_request add column remind_at timestamp with time zone;
alter table approval_request add column escalate_at timestamp with time zone;
alter table approval_request add constraint approval_request_kind_is_known
  check (kind in ('approval', 'review'));

create index approval_request_by_reminder on approval_request (outcome, remind_at);
create index approval_request_by_escalation on approval_request (outcome, escalate_at);
create index approval_request_by_arrival on approval_request (domain, received_at);

-- One of the approvals that a request needs when one is not enough. A person has one vote, and so has a
-- link, whoever uses it.
create table approval_vote (
  request_id uuid not null,
  voter varchar(320) not null,
  actor varchar(320) not null,
  via varchar(16) not null,
  origin varchar(64),
  at timestamp with time zone not null,
  constraint approval_vote_pk primary key (request_id, voter),
  constraint approval_vote_once_each unique (request_id, actor),
  constraint approval_vote_has_request foreign key (request_id) references approval_request (id)
);

-- digest: mails over an administrator's limit, which leave together. detail: what a mail tells beside its kind.
alter table outbox drop constraint outbox_channel_is_known;
alter table outbox add constraint outbox_channel_is_known check (channel in ('xmpp', 'mail', 'digest'));
alter table outbox add column detail varchar(500);
alter table outbox alter column kind set data type varchar(32);

-- How many mails an administrator got in an hour.
create table mail_budget (
  administrator varchar(320) not null,
  hour_of timestamp with time zone not null,
  sent integer not null,
  constraint mail_budget_pk primary key (administrator, hour_of)
);
