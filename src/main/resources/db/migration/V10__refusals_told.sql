-- When the administrators of a domain were last told that requests are refused by one of the limits: once a day, however
-- often the service starts, and whichever of the replicas refuses.
create table refusal_told (
  domain varchar(253) not null,
  limit_name varchar(40) not null,
  told_at timestamp with time zone not null,
  constraint refusal_told_pk primary key (domain, limit_name)
);
