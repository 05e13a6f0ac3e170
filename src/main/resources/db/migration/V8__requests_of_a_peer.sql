-- How many requests of a peer the last day has brought is asked at each of its stanzas and decisions. Without the time
-- in it, this index was no better than the one by arrival, and the whole day of all peers was read. The foreign key
-- goes and comes with it: H2 lets no index go that a constraint uses.
create index approval_request_by_peer_and_arrival on approval_request (domain, peer, received_at);
alter table approval_request drop constraint approval_request_has_peer;
drop index approval_request_by_peer;
alter table approval_request add constraint approval_request_has_peer
  foreign key (domain, peer) references peer (domain, peer);
