package org.serverroster.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.serverroster.roster.Failures;

/**
 * Something that we need is away and will be back. Says so in the log: one line when that begins,
 * one a minute, one when it is over. What comes and goes more often than once a minute is told of
 * once a minute. Safe for use by several threads.
 */
public final class Absence {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final String whose;
  private final Clock clock;
  private Instant since;
  private Instant said;
  private boolean known;
  private String reason;

  /**
   * @param whose the word that the log lines begin with
   * @param clock now
   */
  public Absence(String whose, Clock clock) {
    this.whose = whose;
    this.clock = clock;
  }

  /** Somebody has noticed it, by this failure. */
  public void noticed(Throwable failure) {
    noticed(Failures.describe(failure));
  }

  /**
   * Somebody has noticed it.
   *
   * @param why the failure, in words that are fit for the log
   */
  public synchronized void noticed(String why) {
    Instant now = clock.instant();
    if (since == null) {
      since = now;
    }
    reason = why;
    if (said == null || !now.isBefore(said.plus(REMINDER)) || now.isBefore(said)) {
      said = now;
      known = true;
      LOG.warnf("%s-away since=%s because=%s", whose, since, reason);
    }
  }

  /** Somebody has noticed that it is back. */
  public synchronized void over() {
    if (known) {
      LOG.infof("%s-back away-for=%s", whose, Duration.between(since, clock.instant()));
    }
    since = null;
    known = false;
    reason = null;
  }

  /** Since when it is away; empty when it is there. */
  public synchronized Optional<Instant> since() {
    return Optional.ofNullable(since);
  }

  /** Why, as far as that can be seen; empty when it is there. */
  public synchronized Optional<String> reason() {
    return Optional.ofNullable(reason);
  }
}
