package org.serverroster.approval;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.serverroster.roster.Change;

/**
 * Bounds what strangers can make us keep and ask (RFC 6121, section 3.1.3): requests that wait,
 * requests of a day, requests of one peer in a day. What is over a limit is not kept; the peer can
 * ask again later.
 */
public final class Limits {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final int pending;
  private final int ofDay;
  private final int ofPeer;
  private final Clock clock;
  private final LongAdder refused = new LongAdder();
  private Instant said;

  /**
   * @param pending how many requests may wait for the administrators of a domain
   * @param ofDay how many requests a domain takes in 24 hours
   * @param ofPeer how many of them from one peer
   * @param clock now
   */
  public Limits(int pending, int ofDay, int ofPeer, Clock clock) {
    this.pending = pending;
    this.ofDay = ofDay;
    this.ofPeer = ofPeer;
    this.clock = clock;
  }

  /** Says how far to count. */
  public void apply(Change change) {
    change.put("mostPending", pending);
    change.put("mostOfDay", ofDay);
    change.put("mostOfPeer", ofPeer);
    change.put("dayAgo", change.now().minusDays(1));
  }

  /**
   * Marks a request that is one too many as {@code refused}.
   *
   * @param counts {@code pending}, {@code of_day}, {@code of_peer}
   */
  public void weigh(Change change, Map<String, ?> counts) {
    String limit = null;
    if (number(counts, "pending") >= pending) {
      limit = "roster.limits.pending-requests";
    } else if (number(counts, "of_day") >= ofDay) {
      limit = "roster.limits.requests-per-day";
    } else if (number(counts, "of_peer") >= ofPeer) {
      limit = "roster.limits.requests-per-peer";
    }
    change.put("refused", limit != null);
    change.put("limit", limit);
  }

  /** Counts a request that was refused, and says so once a minute. */
  public void refused(Change change) {
    refused.increment();
    say(change);
  }

  /** How many requests were refused, since the start. */
  public long refused() {
    return refused.sum();
  }

  private synchronized void say(Change change) {
    Instant now = clock.instant();
    if (said == null || !now.isBefore(said.plus(REMINDER))) {
      said = now;
      LOG.warnf(
          "request-refused domain=%s peer=%s limit=%s refused-so-far=%d",
          change.text("domain"), change.text("peer"), change.text("limit"), refused());
    }
  }

  private static int number(Map<String, ?> row, String column) {
    return ((Number) row.get(column)).intValue();
  }
}
