package org.serverroster.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Notices peers that ask whether we are here as only those do whom we trust, while our roster says
 * otherwise: one may be confused or a liar; many at once know more than a database that was
 * restored from a back-up. Each is told that it is not subscribed (RFC 6121, section 4.3.2), so
 * that both sides agree again; the operator is told once a minute.
 */
public final class Disagreements {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final Clock clock;
  private final LongAdder noticed = new LongAdder();
  private Instant said;

  /**
   * @param clock now
   */
  public Disagreements(Clock clock) {
    this.clock = clock;
  }

  /** A peer has probed us that we do not trust. */
  public void noticed(Map<String, ?> probe, String state) {
    noticed.increment();
    synchronized (this) {
      Instant now = clock.instant();
      if (said == null || now.isBefore(said) || !now.isBefore(said.plus(REMINDER))) {
        said = now;
        LOG.warnf(
            "probed-by-a-peer-that-is-not-trusted domain=%s peer=%s state=%s so-far=%d",
            probe.get("domain"), probe.get("peer"), state, noticed.sum());
      }
    }
  }

  /** How many such probes there were, since the start. */
  public long count() {
    return noticed.sum();
  }
}
