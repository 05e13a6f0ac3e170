package org.serverroster.config;

import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.jboss.logging.Logger;
import org.serverroster.outbox.Absence;
import org.serverroster.roster.Failures;

/** Tells a database that is away, and will be back, from a statement that will never succeed. */
public final class Outage {

  private static final Logger LOG = Logger.getLogger("server-roster");

  /** Classes of SQLSTATE (SQL:2016, part 2, table 38): the data or the statement is at fault. */
  private static final Set<String> LASTING =
      Set.of("07", "0A", "21", "22", "23", "25", "26", "42", "HY");

  /**
   * A standby that became the server's address takes no writes until it is promoted, and some who
   * run PostgreSQL make it read-only while its disk is full (25006); who was idle in a transaction
   * for too long begins anew (25P03, 25P04).
   */
  private static final Set<String> PASSING = Set.of("25006", "25P03", "25P04");

  /** Another transaction held a lock for too long (ODBC's HYT00, which H2 uses). */
  private static final String TIMED_OUT = "HYT";

  private final News news;
  private final Absence absence;
  private final EmbeddedFile file;

  /**
   * @param clock now
   * @param file that of the embedded database, null when another one is in use
   */
  Outage(Clock clock, EmbeddedFile file) {
    this.news = new News(clock);
    this.absence = new Absence("database", clock);
    this.file = file;
  }

  /**
   * Whether a stanza still has to be handled.
   *
   * @param settled true once it has been, null before
   */
  public boolean mustTryAgain(@ExchangeProperty("settled") Boolean settled) {
    return !Boolean.TRUE.equals(settled);
  }

  /**
   * Whether trying the same again later can succeed. If so, the outage is noted, and told of, and
   * an embedded file that is closed for good is let go of, for the next one to open it anew.
   *
   * @param failure that of the exchange: what it has caught is not known yet to whoever asks before
   *     it is caught, and may be an earlier one
   */
  public boolean isAway(@ExchangeException Exception failure) {
    boolean ofTheFile = file != null && EmbeddedFile.isBehind(failure);
    if (!ofTheFile && !passes(failure)) {
      return false;
    }
    absence.noticed(failure);
    if (ofTheFile) {
      file.letGo();
    }
    return true;
  }

  /** Whether an outage was noticed and is not known to be over. */
  public boolean isOut() {
    return absence.since().isPresent();
  }

  /** Since when it is away; empty when it is there. */
  Optional<Instant> since() {
    return absence.since();
  }

  /** Why, in one printable line; empty when it is there. */
  Optional<String> reason() {
    return absence.reason();
  }

  /** A statement that writes went through. */
  public void cameBack() {
    absence.over();
  }

  /**
   * What nobody waits for has failed: one line a minute for each kind, unless it is the outage that
   * is known already.
   *
   * @param failure what was caught, whole: of {@link ExchangeException} Camel gives a step the
   *     innermost one, which may be a socket's, and says nothing of a database
   */
  public void report(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    if (!isAway(failure) && news.isNews(failure)) {
      LOG.warnf("background-step-failed because=%s", Failures.describe(failure));
    }
  }

  private static boolean passes(Exception failure) {
    return Failures.causes(failure)
        .filter(
            cause ->
                cause instanceof SQLException
                    || cause instanceof SystemException
                    || cause instanceof RollbackException)
        .findFirst()
        .map(cause -> !(cause instanceof SQLException sql) || passes(sql.getSQLState()))
        .orElse(false);
  }

  private static boolean passes(String state) {
    return state == null
        || state.length() < 2
        || state.startsWith(TIMED_OUT)
        || PASSING.contains(state)
        || !LASTING.contains(state.substring(0, 2));
  }
}
