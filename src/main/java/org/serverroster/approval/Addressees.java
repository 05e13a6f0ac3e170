package org.serverroster.approval;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.Moments;

/**
 * Who mails are for. A row of the outbox keeps the address that the settings named when it was
 * written; a wrong one is refused for as long as the row is there, also when it was mended.
 */
public final class Addressees {

  /** Until then a replica with the settings of before may be the one that looks. */
  private static final Duration SETTLED = Duration.ofHours(1);

  private final LocalDomains domains;
  private final Clock clock;

  /**
   * @param domains whom the settings name
   * @param clock now
   */
  public Addressees(LocalDomains domains, Clock clock) {
    this.domains = domains;
    this.clock = clock;
  }

  /**
   * Whether a mail that could not leave for an hour is for somebody whom no setting names any more.
   *
   * @param row the row of the outbox: {@code domain}, {@code recipient}, {@code attempts}, {@code
   *     created_at}
   */
  boolean areGone(Map<String, Object> row) {
    return !domains.mayBeAsked((String) row.get("domain"), (String) row.get("recipient"))
        && ((Number) row.get("attempts")).intValue() > 0
        && Moments.instant(row.get("created_at")).plus(SETTLED).isBefore(clock.instant());
  }
}
