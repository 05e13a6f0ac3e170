-- How many requests of a peer the last day has brought is asked at each of its stanzas and decisions. Without the time
-- in it, the index by peer was no better than the one by arrival, and the whole day of all peers was read. The old index
-- stays: the foreign key uses it in H2, and to take a constraint away locks both tables, under the feet of the
-- version that is still running.
create index approval_request_by_peer_and_arrival on approval_request (domain, peer, received_at);
