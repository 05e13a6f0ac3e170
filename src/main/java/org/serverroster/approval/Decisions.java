package org.serverroster.approval;

import java.time.Clock;
import java.util.Map;
import org.serverroster.roster.Change;
import org.serverroster.roster.Decision;

/** Puts decisions into the form in which the flow takes them. */
public final class Decisions {

  /** The actor of what nobody did in time. */
  public static final String CLOCK = "server-roster";

  private final Clock clock;

  /**
   * @param clock now
   */
  public Decisions(Clock clock) {
    this.clock = clock;
  }

  /**
   * An administrator's decision by the link of a mail.
   *
   * @param link the row of the link: its request, and the administrator whose link it is
   * @param tokenHash what the link is looked up by
   * @param actor who decided: the administrator, or whoever had to log in
   * @param origin the address it came from, as the server saw it
   */
  public Change byLink(
      Decision decision, Map<String, ?> link, String tokenHash, String actor, String origin) {
    Change change = Change.decision(decision, link, clock.instant());
    change.put("tokenHash", tokenHash);
    return change.by(actor, "mail-link", origin);
  }

  /** The end of a request that nobody answered. */
  public Change expiry(Map<String, ?> request) {
    return Change.decision(Decision.EXPIRE, request, clock.instant()).by(CLOCK, "clock", null);
  }
}
