package org.serverroster.xmpp;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long after each failure, up to a limit, and a
 * random half of it, which keeps replicas apart that lost the same server at the same moment.
 *
 * @param least the wait after the first failure, at most; positive
 * @param most what no wait exceeds; not below {@code least}
 */
record BackOff(Duration least, Duration most) {

  private static final int MOST_DOUBLINGS = 30;

  /**
   * The wait after so many failures in a row.
   *
   * @param failures how many, the last one included; 0 waits as 1
   * @param random draws where in the upper half of the time the wait ends
   */
  Duration after(int failures, RandomGenerator random) {
    long full = most.toMillis();
    if (failures <= MOST_DOUBLINGS) {
      full = Math.min(full, least.toMillis() << Math.max(0, failures - 1));
    }
    full = Math.max(1, full);
    return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
  }
}
