-- What a peer's server said of itself when it was last asked; all of it may be false, none of it is missing by error.
create table peer_dossier (
  domain varchar(253) not null,
  peer varchar(253) not null,
  fetched_at timestamp with time zone not null,
  reachability varchar(40) not null,
  supports_server_presence boolean,
  software varchar(400),
  identities varchar(500),
  contacts varchar(2000),
  constraint peer_dossier_pk primary key (domain, peer)
);
