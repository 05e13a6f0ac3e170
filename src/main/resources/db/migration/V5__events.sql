-- What programs and people elsewhere are told, and what they ask for.

-- event: to roster.events.uri. notice: to roster.notify.uri. parked: given up, until somebody lets it try again.
-- body: what the event or the notice says. An event about a command that nobody can read is about no peer.
alter table outbox drop constraint outbox_channel_is_known;
alter table outbox add constraint outbox_channel_is_known
  check (channel in ('xmpp', 'mail', 'digest', 'event', 'notice', 'parked'));
alter table outbox add column body varchar(20000);
alter table outbox alter column domain drop not null;
alter table outbox alter column peer drop not null;
