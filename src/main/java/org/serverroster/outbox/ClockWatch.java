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

  /** Replicas' clocks differ, but not by so much: at the start a lease that ends later is none. */
  private static final Duration APART = Duration.ofMinutes(10);

  private final Clock clock;
  private final LongSupplier nanos;
  private Instant lastTime;
  private long lastNanos;
  private boolean overdue;

  /** Since when leases from before a jump may be there, of which the first was before our start. */
  private Long setBackAt;

  private Duration longestLease = APART;

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

  /**
   * Whether the clock was set back and what was put off has not been made due since; until {@link
   * #madeDue}, since a database that is away at that moment is to hear of it as well.
   */
  public synchronized boolean wasSetBack() {
    Instant time = clock.instant();
    long now = nanos.getAsLong();
    Duration back = Duration.between(time, lastTime.plusNanos(now - lastNanos));
    lastTime = time;
    lastNanos = now;
    if (back.compareTo(CORRECTION) > 0) {
      overdue = true;
      setBackAt = now;
      longestLease = Departure.LONGEST_LEASE;
      LOG.warnf(
          "clock-was-set-back by=%s", back.truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    }
    return overdue;
  }

  /** What was put off is due. */
  public synchronized void madeDue() {
    overdue = false;
  }

  /**
   * Whether leases that end later than any may are to be taken, once for each jump and once after
   * the start, until {@link #tookLeases}: not before those who took them by the old clock have had
   * their time, since they may still be sending.
   */
  public synchronized boolean mayTakeLeases() {
    return setBackAt != null && nanos.getAsLong() - setBackAt >= Departure.LONGEST_LEASE.toNanos();
  }

  /** They are taken. */
  public synchronized void tookLeases() {
    setBackAt = null;
  }

  /** The parameters that make everything due now, and take leases that no holder can have. */
  public synchronized Map<String, Object> parameters() {
    Instant now = clock.instant();
    return Map.of(
        "now", now.atOffset(ZoneOffset.UTC),
        "longestLease", now.plus(longestLease).atOffset(ZoneOffset.UTC),
        "longestDelay", now.plus(Departure.LONGEST_DELAY_OF_ALL).atOffset(ZoneOffset.UTC));
  }
}
