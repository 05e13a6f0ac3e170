package org.serverroster.fault;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A subscription stanza that the server has handed over, once or, because an acknowledgement was
 * missing, again. It takes effect once, between the first hand-over and the first acknowledgement.
 *
 * @param seq the number that the server has given it
 * @param id the id that the peer has given it
 * @param first when it was handed over first
 * @param taken when it was acknowledged first, {@link Long#MAX_VALUE} when it never was
 * @param times how often it was handed over
 */
record Arrival(long seq, String peer, String id, String type, long first, long taken, int times) {

  /** What was handed over, by peer, in the order in which the server had it. */
  static Map<String, List<Arrival>> of(List<Event> events) {
    Map<Long, Arrival> bySeq = new LinkedHashMap<>();
    for (Event event : events) {
      if (event.is(Event.HANDED_OVER)) {
        long seq = Long.parseLong(event.get("seq"));
        bySeq.merge(
            seq,
            new Arrival(
                seq,
                event.get("peer"),
                event.get("id"),
                event.get("type"),
                event.at(),
                Long.MAX_VALUE,
                1),
            (known, again) -> known.with(known.taken(), known.times() + 1));
      } else if (event.is(Event.TAKEN_OVER)) {
        bySeq.computeIfPresent(
            Long.parseLong(event.get("seq")),
            (seq, known) -> known.with(Math.min(known.taken(), event.at()), known.times()));
      }
    }
    Map<String, List<Arrival>> byPeer = new LinkedHashMap<>();
    List<Long> seqs = new ArrayList<>(bySeq.keySet());
    Collections.sort(seqs);
    for (long seq : seqs) {
      Arrival arrival = bySeq.get(seq);
      byPeer.computeIfAbsent(arrival.peer(), peer -> new ArrayList<>()).add(arrival);
    }
    return byPeer;
  }

  boolean wasTaken() {
    return taken != Long.MAX_VALUE;
  }

  private Arrival with(long taken, int times) {
    return new Arrival(seq, peer, id, type, first, taken, times);
  }

  @Override
  public String toString() {
    return "%s (%s, handed over %d times at %.3f s, %s)"
        .formatted(
            type,
            id,
            times,
            first / 1e6,
            wasTaken() ? "acknowledged at %.3f s".formatted(taken / 1e6) : "not acknowledged");
  }
}
