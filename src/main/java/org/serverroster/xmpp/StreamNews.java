package org.serverroster.xmpp;

import java.time.Duration;

/**
 * Decides what of a stream's states is worth a line in the log: each change, and once a minute that
 * it still is not connected. Whoever stands by has nothing to complain about.
 */
final class StreamNews {

  private static final Duration REMINDER = Duration.ofMinutes(1);

  private StreamState told;
  private long toldAt;

  /**
   * Whether to say it.
   *
   * @param state the state of the stream
   * @param nanoTime now, by {@link System#nanoTime()}
   */
  synchronized boolean isWorthALine(StreamState state, long nanoTime) {
    boolean lasts = state == StreamState.LOST || state == StreamState.REFUSED;
    if (state == told && !(lasts && nanoTime - toldAt >= REMINDER.toNanos())) {
      return false;
    }
    told = state;
    toldAt = nanoTime;
    return true;
  }
}
