-- A mail names the peer's neighbours: those under the same parent domain, the parent, and those right below the peer. Looked
-- for by the end of the name, all peers were read for each mail: seconds in a large roster. The parent is the rest after
-- the first label, or the name itself when it has only two. PostgreSQL keeps an index of that expression (sql.parent);
-- a column would break the plans that the version which is still running has prepared. H2 has no index of expressions.
${on-postgresql} create index peer_by_parent on peer (domain, (case when peer like '%.%.%' then substring(peer from position('.' in peer) + 1) else peer end));
${on-h2} alter table peer add column parent varchar(253) generated always as (case when peer like '%.%.%' then substring(peer from position('.' in peer) + 1) else peer end);
${on-h2} create index peer_by_parent on peer (domain, parent);
