package org.serverroster.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * The times in the life of an outbox row: who has it for how long, and when a failed one is tried
 * again. A sender takes a row by a conditional update with its own lease, so two replicas never
 * send one row at the same time; a sender that died loses it when the lease ends.
 */
public final class Departure {

  private static final Duration STANZA_LEASE = Duration.ofSeconds(25);
  private static final Duration MAIL_LEASE = Duration.ofMinutes(2);
  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);
  private static final int LONGEST_ERROR = 500;

  private final Clock clock;
  private final RandomGenerator jitter;
  private final BooleanSupplier streamIsUp;

  /**
   * @param clock now
   * @param jitter spreads the retries of rows that failed together
   * @param streamIsUp whether stanzas can leave from here
   */
  public Departure(Clock clock, RandomGenerator jitter, BooleanSupplier streamIsUp) {
    this.clock = clock;
    this.jitter = jitter;
    this.streamIsUp = streamIsUp;
  }

  /**
   * Whether to look for more stanzas to send: only the replica that holds the stream sends them.
   *
   * @param waiting how many the last look found, null before the first
   */
  public boolean mayDeliver(@ExchangeProperty("waiting") Integer waiting) {
    return (waiting == null || waiting > 0) && streamIsUp.getAsBoolean();
  }

  /** The parameters that find what may leave now. */
  public Map<String, Object> waiting(String channel) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("channel", channel);
    parameters.put("now", now());
    return parameters;
  }

  /** The row with a lease of our own. */
  public Map<String, Object> lease(@Body Map<String, Object> row) {
    Map<String, Object> leased = new HashMap<>(row);
    leased.put("now", now());
    leased.put("lease", UUID.randomUUID());
    leased.put(
        "leasedUntil", now().plus("mail".equals(row.get("channel")) ? MAIL_LEASE : STANZA_LEASE));
    return leased;
  }

  /** The row after a failure: when to try again, and what an operator is shown. */
  public Map<String, Object> postpone(
      @ExchangeProperty("departure") Map<String, Object> row,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    int attempts = ((Number) row.get("attempts")).intValue() + 1;
    Map<String, Object> postponed = new HashMap<>(row);
    postponed.put("attempts", attempts);
    postponed.put("now", now());
    postponed.put("nextAt", now().plus(delay(attempts)));
    postponed.put("lastError", describe(failure));
    return postponed;
  }

  /** Exponential from one second to one minute, a fifth of it by chance. */
  Duration delay(int attempts) {
    long longest = LONGEST_DELAY.toMillis();
    long millis = FIRST_DELAY.toMillis() << Math.min(attempts - 1, 10);
    long bounded = Math.min(millis, longest);
    return Duration.ofMillis(bounded * 9 / 10 + jitter.nextLong(bounded / 5 + 1));
  }

  /** The innermost cause in one printable line: it may quote what another server said. */
  public static String describe(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0;
        cause.getCause() != null && cause.getCause() != cause && depth < 20;
        depth++) {
      cause = cause.getCause();
    }
    String line = cause.getClass().getSimpleName() + ": " + cause.getMessage();
    String printable = line.replaceAll("[^\\p{Graph}]+", " ").strip();
    return printable.length() <= LONGEST_ERROR ? printable : printable.substring(0, LONGEST_ERROR);
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }
}
