package org.serverroster.outbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.serverroster.roster.Change;
import org.serverroster.roster.LocalDomains;

/**
 * Lists what a change sends: its stanzas to the peer, and one mail for each administrator when they
 * are asked or told, and what programs elsewhere are told. Stanzas to one peer share a lane and
 * keep their order; each administrator's mails have their own, so that mail that is stuck holds up
 * nothing else.
 */
public final class Departures {

  private static final String LEAVING = "leaving";
  private static final String AT_ONCE = "leavesAtOnce";
  private static final String LEFT_BEHIND = "leftBehind";

  private final LocalDomains domains;
  private final Announcements announcements;
  private final Departure departure;
  private final AtomicBoolean stanzasWait = new AtomicBoolean();

  /**
   * @param domains whom to ask
   * @param announcements whom else to tell
   * @param departure whether what is written may leave as soon as it is committed
   */
  public Departures(LocalDomains domains, Announcements announcements, Departure departure) {
    this.domains = domains;
    this.announcements = announcements;
    this.departure = departure;
  }

  /**
   * The rows to write, in the order in which they are to leave. Stanzas are ours from the
   * beginning, each by a lease of its own, if they can leave from here and nothing waits before
   * them in their lane, which nobody else changes while the peer's row is locked.
   */
  public List<Map<String, Object>> of(Change change) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String stanza : change.stanzas()) {
      rows.add(row(change, "xmpp", stanza, change.text("address")));
    }
    if (change.is(AT_ONCE)) {
      rows.forEach(departure::leaseAtOnce);
      change.put(LEAVING, List.copyOf(rows));
    }
    String asks = change.text("asks");
    if (asks != null) {
      for (String administrator : whom(change, asks)) {
        rows.add(row(change, "mail", asks, administrator));
      }
    }
    if (change.is("notice")) {
      for (String administrator : domains.administrators(change.text("domain"))) {
        rows.add(row(change, "mail", change.text("action"), administrator));
      }
    }
    rows.addAll(announcements.of(change));
    Set<Object> leftBehind =
        rows.stream()
            .filter(row -> row.get("lease") == null)
            .map(row -> row.get("channel"))
            .collect(Collectors.toSet());
    change.put(LEFT_BEHIND, leftBehind);
    if (leftBehind.contains("xmpp")) {
      stanzasWait.set(true);
    }
    return rows;
  }

  /**
   * Whether a change has written rows of a channel that somebody has to look for, because they are
   * not ours already.
   *
   * @param parameters a change, or the parameters of some other statement, which may have
   */
  public boolean leavesBehind(Object parameters, String channel) {
    return !(parameters instanceof Change change)
        || ((Set<?>) change.getOrDefault(LEFT_BEHIND, Set.of())).contains(channel);
  }

  /** Whether the stanzas of a judged change could leave from here as soon as it is committed. */
  public boolean mayLeaveAtOnce(@Header("CamelJdbcParameters") Change change) {
    return change.is("lasting") && !change.stanzas().isEmpty() && departure.mayLeaveAtOnce();
  }

  /**
   * Notes that nothing waits before the stanzas of the change, if so. While the peer's row is
   * locked, nobody else adds to its lane.
   *
   * @param waiting how many stanzas there are for the peer
   */
  public void mindLane(Change change, long waiting) {
    change.put(AT_ONCE, waiting == 0);
  }

  /**
   * Whether a change has left stanzas behind since this was asked last: whoever looked for them may
   * have found their lane taken, which is free now. What another replica wrote is found by the
   * sweep.
   */
  public boolean mayStanzasWait() {
    return stanzasWait.getAndSet(false);
  }

  /**
   * Whether the change has written stanzas that are ours.
   *
   * @param parameters a change, or the parameters of some other statement
   */
  public boolean leavesAtOnce(@Header("CamelJdbcParameters") Object parameters) {
    return parameters instanceof Change change && change.containsKey(LEAVING);
  }

  /**
   * The stanzas of a committed change that are ours, in their order, as the rows of the table that
   * they have become.
   */
  public Deque<Map<String, Object>> leaving(@Header("CamelJdbcParameters") Change change) {
    Deque<Map<String, Object>> rows = new ArrayDeque<>();
    for (Object written : (List<?>) change.getOrDefault(LEAVING, List.of())) {
      Map<String, Object> row = new HashMap<>();
      ((Map<?, ?>) written).forEach((name, value) -> row.put((String) name, value));
      row.put("wire_id", row.remove("wireId"));
      row.put("request_id", row.remove("request"));
      row.put("created_at", row.get("now"));
      row.put("attempts", 0);
      rows.add(row);
    }
    return rows;
  }

  /**
   * One mail for each administrator of the domain about what strangers were refused.
   *
   * @param refusal {@code domain}, {@code peer}, {@code detail}, {@code now}
   */
  public List<Map<String, Object>> ofRefusal(@Body Map<String, Object> refusal) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String administrator : domains.administrators((String) refusal.get("domain"))) {
      rows.add(row(refusal, "mail", "requests-refused", administrator));
    }
    return rows;
  }

  private List<String> whom(Change change, String asks) {
    return asks.equals("escalation")
        ? domains.escalateTo()
        : domains.administrators(change.text("domain"));
  }

  private static Map<String, Object> row(
      Map<String, Object> change, String channel, String kind, String recipient) {
    Map<String, Object> row = new HashMap<>();
    row.put("wireId", UUID.randomUUID());
    row.put("channel", channel);
    row.put("lane", lane(change, channel, recipient));
    row.put("domain", change.get("domain"));
    row.put("peer", change.get("peer"));
    row.put("kind", kind);
    row.put("recipient", recipient);
    row.put("detail", channel.equals("mail") ? change.get("detail") : null);
    row.put("body", null);
    row.put("request", change.get("request"));
    row.put("now", change.get("now"));
    row.put("lease", null);
    row.put("leasedUntil", null);
    return row;
  }

  private static String lane(Map<String, Object> change, String channel, String recipient) {
    String pair = change.get("domain") + " " + change.get("peer");
    return channel.equals("mail") ? pair + " " + recipient : pair;
  }
}
