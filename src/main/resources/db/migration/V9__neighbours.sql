-- A mail names the peer's neighbours, those under the same parent domain. Looked for by the end of the name, all peers
-- were read for each mail: seconds in a large roster. The parent is the rest after the first label, or the name itself when
-- it has only two. The database keeps it, so the version that is still running need not know of it. PostgreSQL wants
-- to be told that it is stored, H2 does not know the word.
alter table peer add column parent varchar(253) generated always as (
  case when peer like '%.%.%' then substring(peer from position('.' in peer) + 1) else peer end) ${stored};
create index peer_by_parent on peer (domain, parent);
