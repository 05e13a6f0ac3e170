package org.serverroster.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.ExchangeProperty;

/**
 * How much mail an administrator gets: so many in an hour of the clock, then one digest for the
 * rest.
 */
public final class MailBudget {

  private final int most;
  private final Duration digestEvery;
  private final Clock clock;

  /**
   * @param most how many mails in an hour
   * @param digestEvery how long what is over gathers
   * @param clock now
   */
  public MailBudget(int most, Duration digestEvery, Clock clock) {
    this.most = most;
    this.digestEvery = digestEvery;
    this.clock = clock;
  }

  /** The row with what its mail is counted against. */
  public Map<String, Object> of(Map<String, Object> departure) {
    Map<String, Object> counted = new HashMap<>(departure);
    counted.putAll(spent());
    counted.put("digestLane", departure.get("domain") + " " + departure.get("recipient"));
    return counted;
  }

  /**
   * Whether a mail was counted at an earlier attempt that may have reached its administrator: it is
   * tried again as itself, and counts once.
   *
   * @param departure its row, with the lease of that attempt as {@code before} (see {@link
   *     Departure#lease})
   */
  public boolean wasCounted(@ExchangeProperty("departure") Map<String, Object> departure) {
    return departure.get("before") != null;
  }

  /** Whether it is this attempt that a mail is counted for, which a failure may take back. */
  public boolean isCountedNow(@ExchangeProperty("departure") Map<String, Object> departure) {
    return !wasCounted(departure);
  }

  /** What tells whose hour is full, and when what is over leaves. */
  public Map<String, Object> spent() {
    Instant now = clock.instant();
    Map<String, Object> counted = new HashMap<>();
    counted.put("now", now.atOffset(ZoneOffset.UTC));
    counted.put("hour", now.truncatedTo(ChronoUnit.HOURS).atOffset(ZoneOffset.UTC));
    counted.put("most", most);
    counted.put("digestAt", now.plus(digestEvery).atOffset(ZoneOffset.UTC));
    return counted;
  }

  /** What tells the hours that nothing is counted against any more. */
  public Map<String, Object> old() {
    return Map.of("twoDaysAgo", clock.instant().minus(Duration.ofDays(2)).atOffset(ZoneOffset.UTC));
  }
}
