package org.serverroster.fault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.serverroster.fault.Books.Commit;
import org.serverroster.fault.Books.Row;

/** No event without a commit, no commit without its event. */
final class EventRules {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Evidence seen;
  private final Findings findings;

  private EventRules(Evidence seen, Findings findings) {
    this.seen = seen;
    this.findings = findings;
  }

  static void check(Evidence seen, Findings findings) {
    EventRules rules = new EventRules(seen, findings);
    rules.everyChangeIsTold();
    rules.everyDeliveryIsTold();
    rules.everyLineIsTold();
  }

  /**
   * Each stanza is told of by one event when it has left, and so is each mail that left by itself,
   * unless its request ended before the service could know; nothing else is said to have left.
   */
  private void everyDeliveryIsTold() {
    if (!tells()) {
      return;
    }
    Set<String> ended = seen.ended();
    seen.commits()
        .forEach(
            (peer, all) -> {
              Map<String, Set<String>> told = new HashMap<>(); // a row that left again: one event
              for (Row event : rows(all, "event")) {
                if (event.get("kind").startsWith("delivery.sent")) {
                  told.computeIfAbsent(delivery(event), row -> new HashSet<>())
                      .add(event.get("wire_id"));
                }
              }
              Set<String> mustBeTold = new HashSet<>();
              Set<String> mayBeTold = new HashSet<>();
              rows(all, "xmpp").forEach(row -> mustBeTold.add(row.get("wire_id")));
              for (Row mail : rows(all, "mail")) {
                boolean isKnown =
                    !ended.contains(mail.get("request_id")) && MailRules.leftByItself(seen, mail);
                (isKnown ? mustBeTold : mayBeTold).add(mail.get("wire_id"));
              }
              Set<String> never = new HashSet<>(mustBeTold);
              never.removeAll(told.keySet());
              if (!never.isEmpty()) {
                findings.add("told", peer, "left, and no event says so: " + never);
              }
              told.forEach(
                  (row, ids) -> {
                    if (ids.size() > 1) {
                      findings.add("told", peer, row + " is said to have left by " + ids);
                    }
                    if (!mustBeTold.contains(row) && !mayBeTold.contains(row)) {
                      findings.add("made-up", peer, "nothing was kept that left as " + row);
                    }
                  });
            });
  }

  private static List<Row> rows(List<Commit> commits, String channel) {
    return commits.stream().flatMap(commit -> commit.leaving(channel).stream()).toList();
  }

  /** The row of the outbox that an event is about, by its id. */
  private static String delivery(Row event) {
    try {
      return JSON.readTree(event.get("body")).path("delivery").asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(event.get("body"), e);
    }
  }

  /** What people are to be told has been, and nothing else. */
  private void everyLineIsTold() {
    Set<String> spoken = new HashSet<>();
    seen.events().stream()
        .filter(event -> event.is(Event.SPOKEN))
        .forEach(event -> spoken.add(event.get("id")));
    Set<String> kept = new HashSet<>();
    seen.commits().values().stream()
        .flatMap(commits -> rows(commits, "notice").stream())
        .forEach(row -> kept.add(row.get("wire_id")));
    Set<String> never = new HashSet<>(kept);
    never.removeAll(spoken);
    spoken.removeAll(kept);
    if (!never.isEmpty()) {
      findings.add("told", "", "lines that nobody got: " + never);
    }
    if (!spoken.isEmpty()) {
      findings.add("made-up", "", "lines that nothing kept stands for: " + spoken);
    }
  }

  /** No event without a commit, no commit without its event, and each was taken, in order. */
  private void everyChangeIsTold() {
    boolean tells = tells();
    List<String> told =
        seen.events().stream().filter(event -> event.is(Event.TOLD)).map(e -> e.get("id")).toList();
    Set<String> known = new HashSet<>();
    seen.commits()
        .forEach(
            (peer, all) -> {
              List<String> expected = new ArrayList<>(); // changes of one peer have an order
              List<String> others =
                  new ArrayList<>(); // what was sent meanwhile has none among them
              for (Commit commit : all) {
                List<String> of = commit.audit() == null ? others : expected;
                commit.leaving("event").forEach(row -> of.add(row.get("wire_id")));
                long changes =
                    commit.leaving("event").stream()
                        .filter(row -> row.get("kind").startsWith("roster.changed"))
                        .count();
                if (tells && changes != (commit.audit() == null ? 0 : 1)) {
                  findings.add(
                      "told", peer, "%d events of a change: %s".formatted(changes, commit));
                }
                if (tells) {
                  requestsAreTold(commit);
                }
              }
              known.addAll(expected);
              known.addAll(others);
              others.removeAll(told);
              List<String> seen = told.stream().filter(Set.copyOf(expected)::contains).toList();
              if (!expected.equals(seen.stream().distinct().toList()) || !others.isEmpty()) {
                others.addAll(expected);
                others.removeAll(seen);
                findings.add("told", peer, "events out of order, or never told: " + others);
              }
            });
    Set<String> madeUp = new HashSet<>(told);
    madeUp.removeAll(known);
    if (!madeUp.isEmpty()) {
      findings.add("made-up", "", "events that nothing kept stands for: " + madeUp);
    }
  }

  /** A request that opens or ends is told by an event of its own. */
  private void requestsAreTold(Commit commit) {
    List<Row> requests = commit.rows().stream().filter(r -> r.of("approval_request")).toList();
    long opened = requests.stream().filter(Row::isNew).count();
    long ended = requests.stream().filter(r -> !r.get("outcome").equals("open")).count();
    if (opened != told(commit, "request.opened") || ended != told(commit, "request.ended")) {
      findings.add(
          "told",
          commit.peer(),
          "%d requests opened, %d ended, told otherwise: %s".formatted(opened, ended, commit));
    }
  }

  private static long told(Commit commit, String kind) {
    return commit.leaving("event").stream().filter(row -> row.get("kind").startsWith(kind)).count();
  }

  /** Whether there was a receiver of events. */
  private boolean tells() {
    return seen.books().tells() || seen.books().changes().stream().anyMatch(EventRules::isEvent);
  }

  private static boolean isEvent(Row row) {
    return row.of("outbox") && row.get("channel").equals("event");
  }
}
