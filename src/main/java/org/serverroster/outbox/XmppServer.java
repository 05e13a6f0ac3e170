package org.serverroster.outbox;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.serverroster.roster.Failures;
import org.serverroster.roster.Moments;

/**
 * Tells an XMPP server that takes no stanzas over at the moment from one that does not take this
 * one. The first is told of once for all stanzas of a domain that wait for it, the second with the
 * stanza.
 */
public final class XmppServer {

  private final Clock clock;
  private final Predicate<Throwable> isOfStream;
  private final Predicate<Throwable> isOfServer;
  private final Map<String, Standing> domains = new TreeMap<>();

  private record Standing(Absence absence, Instant tookAt) {}

  /**
   * @param clock now
   * @param isOfStream whether a failure is that there is no stream, which whoever keeps the stream
   *     tells of
   * @param isOfServer whether a failure is that the server did not acknowledge a stanza, or refused
   *     it
   */
  public XmppServer(Clock clock, Predicate<Throwable> isOfStream, Predicate<Throwable> isOfServer) {
    this.clock = clock;
    this.isOfStream = isOfStream;
    this.isOfServer = isOfServer;
  }

  /**
   * A stanza could not leave.
   *
   * @param postponed the row as it is put off, with its {@code domain}, one of ours, and {@code
   *     begunAt}
   * @return the row; with {@code away} true if nothing of its domain can leave, as far as is known:
   *     nothing has since the attempt began
   */
  public synchronized Map<String, Object> judged(
      Map<String, Object> postponed,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    boolean ofServer = Failures.causes(failure).anyMatch(isOfServer);
    if (ofServer && isThisVeryStanza(postponed)) {
      return postponed;
    }
    if (ofServer) {
      of(postponed).absence().noticed(failure);
    } else if (Failures.causes(failure).noneMatch(isOfStream)) {
      return postponed;
    }
    Map<String, Object> judged = new HashMap<>(postponed);
    judged.put("away", true);
    return judged;
  }

  /** It has taken over this stanza. */
  public synchronized void took(@ExchangeProperty("departure") Map<String, Object> row) {
    Absence absence = of(row).absence();
    absence.over();
    domains.put(nameOf(row), new Standing(absence, clock.instant()));
  }

  /**
   * The stream is over: another replica may have the next one, and hear how the server is doing.
   */
  public synchronized void streamIsOver() {
    domains.clear();
  }

  /** For which of our domains it takes nothing over, by name; empty when all is well. */
  public synchronized Map<String, Absence> absences() {
    Map<String, Absence> away = new TreeMap<>();
    domains.forEach(
        (name, domain) -> {
          if (domain.absence().since().isPresent()) {
            away.put(name, domain.absence());
          }
        });
    return away;
  }

  private boolean isThisVeryStanza(Map<String, Object> row) {
    Instant tookAt = of(row).tookAt();
    return tookAt != null
        && tookAt.isAfter(Moments.instant(row.get("begunAt")))
        && !tookAt.isAfter(clock.instant()); // else the clock went back
  }

  private Standing of(Map<String, Object> row) {
    return domains.computeIfAbsent(
        nameOf(row), name -> new Standing(new Absence("xmpp-server", clock), null));
  }

  private static String nameOf(Map<String, Object> row) {
    return String.valueOf(row.get("domain"));
  }
}
