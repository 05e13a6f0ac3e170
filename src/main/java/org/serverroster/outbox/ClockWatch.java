package org.serverroster.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Notices when somebody sets the clock back. What was put off until a moment that then lies far
 * ahead would wait for it, and so would a lease whose holder has died.
 */
public final class ClockWatch {

  private static final Logger LOG = Logger.getLogger("server-roster");

  /** Clocks are corrected by so much all the time. */
  private static final Duration CORRECTION = Duration.ofSeconds(5);

  private final Clock clock;
  private final LongSupplier nanos;
  private Instant lastTime;
  private long lastNanos;

  /** Since when leases from before a jump may be there, of which the first was before our start. */
  private Long setBackAt;

  /**
   * @param clock what may be set
   * @param nanos what only ever goes on, in nanoseconds
   */
  public ClockWatch(Clock clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
    this.lastTime = clock.instant();
    this.lastNanos = nanos.getAsLong();
    this.setBackAt = lastNanos;
  }

  /** Whether the clock was set back since the last look. */
  public synchronized boolean wasSetBack() {
    Instant time = clock.instant();
    long now = nanos.getAsLong();
    Duration back = Duration.between(time, lastTime.plusNanos(now - lastNanos));
    lastTime = time;
    lastNanos = now;
    boolean setBack = back.compareTo(CORRECTION) > 0;
    if (setBack) {
      setBackAt = now;
      LOG.warnf(
          "clock-was-set-back by=%s", back.truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    }
    return setBack;
  }

  /**
   * Whether leases that end later than any may are to be taken, once for each jump and once after
   * the start: not before those who took them by the old clock have had their time, since they may
   * still be sending.
   */
  public synchronized boolean mayTakeLeases() {
    boolean over =
        setBackAt != null && nanos.getAsLong() - setBackAt >= Departure.LONGEST_LEASE.toNanos();
    if (over) {
      setBackAt = null;
    }
    return over;
  }

  /** The parameters that make everything due now, and take leases that no holder can have. */
  public Map<String, Object> parameters() {
    Instant now = clock.instant();
    return Map.of(
        "now", now.atOffset(ZoneOffset.UTC),
        "longestLease", now.plus(Departure.LONGEST_LEASE).atOffset(ZoneOffset.UTC),
        "longestDelay", now.plus(Departure.LONGEST_DELAY_OF_ALL).atOffset(ZoneOffset.UTC));
  }
}
