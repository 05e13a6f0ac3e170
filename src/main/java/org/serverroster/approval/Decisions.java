package org.serverroster.approval;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.serverroster.roster.Action;
import org.serverroster.roster.Change;
import org.serverroster.roster.Decision;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

/** Puts decisions into the form in which the flow takes them. */
public final class Decisions {

  /** The actor of what nobody did in time. */
  public static final String CLOCK = "server-roster";

  /** The longest note that is kept, in UTF-16 code units, in which H2 counts. */
  private static final int LONGEST_NOTE = 2000;

  private final Clock clock;
  private final LocalDomains domains;

  /**
   * @param clock now
   * @param domains whose administrators have a vote where one is not enough
   */
  public Decisions(Clock clock, LocalDomains domains) {
    this.clock = clock;
    this.domains = domains;
  }

  /** A note as it is kept: its line ends are line feeds, whatever its writer's system has. */
  public static String note(String note) {
    return note == null ? null : note.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** What is wrong with a {@linkplain #note note}, for its writer; empty when nothing is. */
  public static Optional<String> flaw(String note) {
    if (note == null) {
      return Optional.empty();
    }
    if (note.length() > LONGEST_NOTE) {
      return Optional.of("longer than %d characters (UTF-16)".formatted(LONGEST_NOTE));
    }
    if (note.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
      return Optional.of("a control character is in it, other than tab and line end");
    }
    return note.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)
        ? Optional.of("half a surrogate pair is in it")
        : Optional.empty();
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
    change.put("voter", link.get("administrator"));
    return change.by(actor, "mail-link", origin);
  }

  /**
   * What an administrator does to a peer, over REST or by a command.
   *
   * @param actor the name under which they logged in
   * @param via the way in: {@code rest}, {@code command}
   * @param origin where it came from, null when unknown
   */
  public Change byAdministrator(
      Action action, Domain domain, Domain peer, String actor, String via, String origin) {
    Change change = Change.action(action, domain, peer, clock.instant());
    domains
        .voter(domain.name(), actor)
        .ifPresent(administrator -> change.put("voter", administrator));
    return change.by(actor, via, origin);
  }

  /**
   * An administrator's decision by a command.
   *
   * @param request the row of the request
   * @param account the bare JID of the administrator
   * @param origin the full JID
   */
  public Change byCommand(
      Decision decision, Map<String, ?> request, String account, String origin) {
    Change change = Change.decision(decision, request, clock.instant());
    domains
        .voter(change.text("domain"), account)
        .ifPresent(administrator -> change.put("voter", administrator));
    return change.by(account, "command", origin);
  }

  /**
   * What is due at a peer.
   *
   * @param row {@code domain}, {@code peer}, and the {@code request} that it is about, if one
   */
  public Change byClock(String action, Map<String, ?> row) {
    Change change =
        Change.action(
            Action.valueOf(action),
            new Domain((String) row.get("domain")),
            new Domain((String) row.get("peer")),
            clock.instant());
    change.put("request", row.get("request"));
    return change.by(CLOCK, "clock", null);
  }

  /** The end of a request that nobody answered. */
  public Change expiry(Map<String, ?> request) {
    return Change.decision(Decision.EXPIRE, request, clock.instant()).by(CLOCK, "clock", null);
  }
}
