-- How often one of the replicas has told the peers that we are not here any more, at its orderly stop: who stays, or has
-- told them before that we are here, tells them anew.
create table farewell (
  id smallint not null,
  said bigint not null,
  constraint farewell_pk primary key (id)
);
insert into farewell (id, said) values (1, 0);

-- When what had been given up was tried once more: from then on its age counts, while it says when it happened.
alter table outbox add column retried_at timestamp with time zone;

-- How many kinds of errors administrators were told of that came instead of an answer to our request: a peer could go on
-- with other ones for ever.
alter table peer add column errors_told integer default 0 not null;
