package org.serverroster.xmpp;

import java.util.function.LongSupplier;

/**
 * Knows since when what is read just now may have waited. What arrives is read at once, but in a
 * process that stood still, or was not given a processor: then it may have waited since the last
 * beat, and so may all that is read in the next seconds.
 */
final class Pulse {

  /** How often to beat. */
  static final long MILLIS = 100;

  private static final long LATE_NANOS = 500_000_000L;
  private static final long DOUBTFUL_NANOS = 15_000_000_000L;

  private final LongSupplier nanos;
  private long last;
  private long before;
  private long doubtfulUntil;

  /**
   * @param nanos the clock of {@link System#nanoTime}
   */
  Pulse(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
    this.doubtfulUntil = last;
  }

  /** This process has a processor. */
  synchronized void beat() {
    last = look();
  }

  /** When what is read now has arrived, at the earliest, by {@link System#nanoTime}. */
  synchronized long arrival() {
    long now = look();
    return doubtfulUntil - now > 0 ? before : now;
  }

  private long look() {
    long now = nanos.getAsLong();
    if (now - last > LATE_NANOS) {
      if (doubtfulUntil - last <= 0) {
        before = last;
      }
      doubtfulUntil = now + DOUBTFUL_NANOS;
      last = now;
    }
    return now;
  }
}
