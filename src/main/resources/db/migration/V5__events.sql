-- What programs and people elsewhere are told, and what they ask for.

-- event: to roster.events.uri. notice: to roster.notify.uri. parked: given up, until somebody lets it try again.
-- body: what the event or the notice says. An event about a command that nobody can read is about no peer.
alter table outbox drop constraint outbox_channel_is_known;
alter table outbox add constraint outbox_channel_is_known
  check (channel in ('xmpp', 'mail', 'digest', 'event', 'notice', 'parked'));
alter table outbox add column body varchar(20000);
alter table outbox alter column domain drop not null;
alter table outbox alter column peer drop not null;

-- What came by roster.commands.uri, by the id that its sender gave it, so that a repeat is known. One that
-- nobody could read, or that nobody vouches for, is parked with its text under an id of ours.
create table pipeline_command (
  id varchar(200) not null,
  digest varchar(64) not null,
  received_at timestamp with time zone not null,
  outcome varchar(8) not null,
  reason varchar(500),
  body varchar(20000),
  constraint pipeline_command_pk primary key (id),
  constraint pipeline_command_outcome_is_known check (outcome in ('done', 'refused', 'parked'))
);

create index pipeline_command_by_outcome on pipeline_command (outcome, received_at);
