package org.serverroster.dossier;

import com.ibm.icu.text.SpoofChecker;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Moments;

/**
 * What is known about a peer, for people and for programs.
 *
 * @param fetchedAt when its server was asked; null: not yet
 * @param reachability {@code answers}, {@code silent}, an error condition; null: not asked yet
 * @param supportsServerPresence whether it says that it keeps a server roster; null: not known
 * @param software name and version, as it says; null: not known
 * @param identities what it says it is; null: not known
 * @param contacts whom to write to, a line each
 * @param confusable our domains and peers whose names look like its own
 * @param former what was decided about it before, newest first
 * @param neighbours peers under the same parent domain, the parent and those right below the peer,
 *     and their states
 */
public record Dossier(
    Instant fetchedAt,
    String reachability,
    Boolean supportsServerPresence,
    String software,
    String identities,
    List<String> contacts,
    List<String> confusable,
    List<String> former,
    List<String> neighbours) {

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);
  private static final SpoofChecker CHECKER = new SpoofChecker.Builder().build();
  private static final int MOST = 5;

  /** A line of a dossier as people read it. */
  public record Line(String label, String text) {}

  /**
   * Puts together what the database says.
   *
   * @param peer whom it is about
   * @param row what its server said, null when it was not asked
   * @param names our domains and the peers that are trusted
   * @param former rows of the audit trail: {@code action}, {@code actor}, {@code at}
   * @param neighbours rows of peers: {@code peer}, {@code state}, {@code blocked}, {@code
   *     denied_at}
   */
  public static Dossier of(
      Domain peer,
      Map<String, ?> row,
      Collection<String> names,
      List<Map<String, Object>> former,
      List<Map<String, Object>> neighbours) {
    return new Dossier(
        row == null ? null : Moments.instant(row.get("fetched_at")),
        row == null ? null : (String) row.get("reachability"),
        row == null ? null : (Boolean) row.get("supports_server_presence"),
        row == null ? null : (String) row.get("software"),
        row == null ? null : (String) row.get("identities"),
        row == null || row.get("contacts") == null
            ? List.of()
            : ((String) row.get("contacts")).lines().toList(),
        lookAlikes(peer, names),
        former.stream().limit(MOST).map(Dossier::decision).toList(),
        neighbours.stream().limit(MOST).map(Dossier::neighbour).toList());
  }

  /** The names that could be taken for this one (UTS #39, skeletons), and are not it. */
  static List<String> lookAlikes(Domain peer, Collection<String> names) {
    String skeleton = CHECKER.getSkeleton(peer.unicode());
    return names.stream()
        .filter(name -> !name.equals(peer.name()))
        .filter(name -> CHECKER.getSkeleton(new Domain(name).unicode()).equals(skeleton))
        .limit(MOST)
        .toList();
  }

  /** As people read it; warnings first. */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    confusable.forEach(name -> lines.add(new Line("WARNING", "this name looks like " + name)));
    lines.add(new Line("Server", reach()));
    lines.add(
        new Line(
            "Server roster",
            supportsServerPresence == null
                ? "not known"
                : supportsServerPresence
                    ? "it says that it keeps one (urn:xmpp:server-presence)"
                    : "it does not say that it keeps one"));
    add(lines, "Software", software);
    add(lines, "It says it is", identities);
    contacts.forEach(contact -> lines.add(new Line("Contact", contact)));
    former.forEach(decision -> lines.add(new Line("Before", decision)));
    neighbours.forEach(neighbour -> lines.add(new Line("Neighbour", neighbour)));
    return lines;
  }

  private String reach() {
    if (reachability == null) {
      return "was not asked yet";
    }
    return switch (reachability) {
      case "answers" -> "answers";
      case "silent" -> "did not answer";
      default -> "cannot be reached: " + reachability;
    };
  }

  private static void add(List<Line> lines, String label, String text) {
    if (text != null) {
      lines.add(new Line(label, text));
    }
  }

  private static String decision(Map<String, Object> row) {
    return ((String) row.get("action")).replace('-', ' ')
        + " on "
        + DAY.format(Moments.instant(row.get("at")).atOffset(ZoneOffset.UTC))
        + " by "
        + row.get("actor");
  }

  private static String neighbour(Map<String, Object> row) {
    return row.get("peer")
        + ": "
        + row.get("state")
        + (Boolean.TRUE.equals(row.get("blocked")) ? ", blocked" : "")
        + (row.get("denied_at") == null ? "" : ", denied");
  }
}
