-- How often one of the replicas has told the peers that we are not here any more, at its orderly stop: who stays, or has
-- told them before that we are here, tells them anew.
create table farewell (
  id smallint not null,
  said bigint not null,
  constraint farewell_pk primary key (id)
);
insert into farewell (id, said) values (1, 0);
