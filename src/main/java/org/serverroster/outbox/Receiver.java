package org.serverroster.outbox;

import jakarta.jms.JMSException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.serverroster.roster.Failures;
import org.serverroster.roster.Moments;

/**
 * Whoever gets our events, or our lines for people: how it is doing, and when to give up on
 * something that it does not take.
 */
public final class Receiver {

  /** So often it is asked to take what it has refused for good: an operator may be repairing it. */
  static final int ATTEMPTS_WHEN_REFUSED = 5;

  /** Answers of the class 4xx that say nothing about the event (RFC 9110, 6585, 8470). */
  private static final Set<Integer> LATER = Set.of(408, 425, 429);

  /** The error of a link (AMQP 1.0, part 2, 2.8.18), which JMS has no exception for. */
  private static final String TOO_LARGE_FOR_AMQP = "amqp:link:message-size-exceeded";

  /** One thing alone may be what fails: for longer than this nothing else waits for it. */
  private static final Duration LONGEST_QUIET = Duration.ofSeconds(5);

  private final Redaction redaction;
  private final Duration giveUpAfter;
  private final Clock clock;
  private final Absence absence;
  private Instant quietUntil;
  private Instant tookAt;
  private Instant failingSince;
  private String lastError;

  /**
   * @param whose the word that the log lines of its absence begin with
   * @param redaction takes the endpoint's secrets out of what is said about failures
   * @param giveUpAfter how long one thing is tried, whatever the reason
   * @param clock now
   */
  public Receiver(String whose, Redaction redaction, Duration giveUpAfter, Clock clock) {
    this.redaction = redaction;
    this.giveUpAfter = giveUpAfter;
    this.clock = clock;
    this.absence = new Absence(whose, clock);
  }

  /**
   * Whether to look for what waits for it: while it is away not before the next attempt and at most
   * every five seconds, since all that waits may be read each time.
   */
  public synchronized boolean mayBeAsked() {
    Instant now = clock.instant();
    return quietUntil == null
        || !now.isBefore(quietUntil)
        || now.isBefore(quietUntil.minus(LONGEST_QUIET)); // the clock went back
  }

  /** It has taken something. */
  public synchronized void took() {
    tookAt = clock.instant();
    quietUntil = null;
    failingSince = null;
    lastError = null;
    absence.over();
  }

  /**
   * It has not taken something.
   *
   * @return the row as it is put off, or, with {@code given_up} true, parked; with {@code away}
   *     true if the reason seems not to be this very thing, and is told of once for all that wait
   */
  public Map<String, Object> refused(
      Map<String, Object> postponed,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    Map<String, Object> judged = new HashMap<>(postponed);
    String error = describe(failure);
    judged.put("lastError", error);
    judged.put("given_up", givesUp(postponed, failure));
    if (Failures.causes(failure).anyMatch(SQLException.class::isInstance)) {
      return judged; // it may have taken it: that could not be written down
    }
    note(error);
    if (!isForGood(failure) && !isThisVeryThing(postponed)) {
      absence.noticed(error);
      judged.put("away", true);
      if (postponed.get("nextAt") instanceof OffsetDateTime next) {
        keepQuiet(next.toInstant());
      }
    }
    return judged;
  }

  /** Why it does not take anything at the moment; empty while it does. */
  public synchronized Optional<String> lastError() {
    return Optional.ofNullable(lastError);
  }

  /** Since when it takes nothing; empty while it does. */
  public synchronized Optional<Instant> failingSince() {
    return Optional.ofNullable(failingSince);
  }

  /** Whether this has failed often, and something else was taken since its last attempt. */
  private synchronized boolean isThisVeryThing(Map<String, Object> row) {
    int attempts = ((Number) row.get("attempts")).intValue();
    return attempts >= ATTEMPTS_WHEN_REFUSED
        && tookAt != null
        && tookAt.isAfter(
            Moments.instant(row.get("begunAt")).minus(Departure.leastDelay(attempts - 1)))
        && !tookAt.isAfter(clock.instant()); // else the clock went back
  }

  private synchronized void keepQuiet(Instant next) {
    Instant latest = clock.instant().plus(LONGEST_QUIET);
    Instant until = next.isBefore(latest) ? next : latest;
    boolean isOver = quietUntil == null || !clock.instant().isBefore(quietUntil);
    quietUntil = isOver || until.isBefore(quietUntil) ? until : quietUntil;
  }

  private synchronized void note(String error) {
    lastError = error;
    if (failingSince == null) {
      failingSince = clock.instant();
    }
  }

  private boolean givesUp(Map<String, Object> row, Exception failure) {
    int attempts = ((Number) row.get("attempts")).intValue();
    Object retried = row.get("retried_at");
    Instant begun = Moments.instant(retried == null ? row.get("created_at") : retried);
    return (isForGood(failure) && attempts >= ATTEMPTS_WHEN_REFUSED)
        || begun.plus(giveUpAfter).isBefore(clock.instant());
  }

  /** Whether the receiver said of this very thing that it will never take it. */
  static boolean isForGood(Throwable failure) {
    return Failures.causes(failure)
        .anyMatch(
            cause ->
                cause instanceof RecordTooLargeException
                    || (cause instanceof JMSException && mentions(cause, TOO_LARGE_FOR_AMQP))
                    || cause instanceof SerializationException
                    || (cause instanceof HttpOperationFailedException http
                        && http.getStatusCode() / 100 == 4
                        && !LATER.contains(http.getStatusCode())));
  }

  private static boolean mentions(Throwable failure, String words) {
    return failure.getMessage() != null && failure.getMessage().contains(words);
  }

  /** An HTTP failure quotes the address, which may be a secret; its status says enough. */
  private String describe(Exception failure) {
    return Failures.causes(failure)
        .filter(HttpOperationFailedException.class::isInstance)
        .map(HttpOperationFailedException.class::cast)
        .findFirst()
        .map(http -> "HTTP status " + http.getStatusCode())
        .orElseGet(() -> redaction.apply(Failures.describe(failure)));
  }
}
