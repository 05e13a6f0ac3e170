package org.serverroster.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.serverroster.fault.Books.Commit;
import org.serverroster.fault.Books.Row;
import org.serverroster.lab.AppendixA;

/** Each stanza that was decided is sent, in order and by one at a time, and no other one. */
final class StanzaRules {

  private final Evidence seen;
  private final Findings findings;

  /** What went over the wire to each peer, by the id of its row, in its order. */
  private final Map<String, List<String>> sent = new HashMap<>();

  private final Set<String> acknowledged = new HashSet<>();

  private StanzaRules(Evidence seen, Findings findings) {
    this.seen = seen;
    this.findings = findings;
  }

  static void check(Evidence seen, Findings findings) {
    StanzaRules rules = new StanzaRules(seen, findings);
    rules.oneAtATime();
    seen.commits().forEach(rules::eachWasSent);
    seen.commits().forEach(rules::inOrder);
    rules.noneIsMadeUp();
    rules.eachIsAsItsRow();
  }

  /** What is on the wire has the type and the address of the row that it is of. */
  private void eachIsAsItsRow() {
    Map<String, Row> kept = new HashMap<>();
    seen.commits().values().stream()
        .flatMap(List::stream)
        .flatMap(commit -> commit.leaving("xmpp").stream())
        .forEach(row -> kept.put(row.get("wire_id"), row));
    for (Event event : seen.events()) {
      Row row = event.is(Event.SENDING) ? kept.get(event.get("id")) : null;
      if (row != null) {
        String type = row.get("kind").equals("available") ? "" : row.get("kind");
        if (!type.equals(event.get("type")) || !row.get("recipient").equals(event.get("peer"))) {
          findings.add(
              "made-up", event.get("peer"), "sent as %s, kept as %s".formatted(event, row.is()));
        }
      }
    }
  }

  /** Two streams never have the same row under way; reads the wire for the other rules, too. */
  private void oneAtATime() {
    Map<String, String> asked = new HashMap<>();
    Map<String, String> underWay = new HashMap<>();
    Set<String> broken = new HashSet<>();
    for (Event event : seen.events()) {
      String stream = event.get("stream");
      if (event.is(Event.SENDING)) {
        String id = event.get("id");
        sent.computeIfAbsent(event.get("peer"), peer -> new ArrayList<>()).add(id);
        asked.put(stream + event.get("iq"), id);
        String other = broken.contains(stream) ? null : underWay.put(id, stream);
        if (other != null && !other.equals(stream)) {
          findings.add("alone", event.get("peer"), "two streams send it at a time: " + event);
        }
      } else if (event.is(Event.SENT) && asked.containsKey(stream + event.get("iq"))) {
        String id = asked.get(stream + event.get("iq"));
        acknowledged.add(id);
        underWay.remove(id, stream);
      } else if (event.is(Event.STREAM_DOWN)) {
        broken.add(stream);
        underWay.values().removeIf(stream::equals);
      }
    }
  }

  private void eachWasSent(String peer, List<Commit> commits) {
    for (Commit commit : commits) {
      for (Row row : commit.leaving("xmpp")) {
        if (!acknowledged.contains(row.get("wire_id"))) {
          findings.add("sent", peer, "%s never left: %s".formatted(row.get("kind"), commit));
        }
      }
    }
  }

  /** A repeat follows its first directly; a later one never comes before an earlier one. */
  private void inOrder(String peer, List<Commit> commits) {
    List<String> kept = ids(commits);
    List<String> came = new ArrayList<>();
    for (String id : sent.getOrDefault(peer, List.of())) {
      boolean again = !came.isEmpty() && came.get(came.size() - 1).equals(id);
      if (kept.contains(id) && !again) {
        if (came.contains(id)) {
          findings.add("order", peer, "sent again after a later one: " + id);
        }
        came.add(id);
      }
    }
    List<String> expected = kept.stream().filter(came::contains).toList();
    if (!expected.equals(came.stream().distinct().toList())) {
      findings.add("order", peer, "sent in the order %s, kept in %s".formatted(came, expected));
    }
  }

  private void noneIsMadeUp() {
    Set<String> known = new HashSet<>();
    seen.commits().values().forEach(commits -> known.addAll(ids(commits)));
    for (Event event : seen.events()) {
      boolean counts = event.is(Event.SENDING) && AppendixA.TYPES.contains(event.get("type"));
      if (counts && !known.contains(event.get("id"))) {
        findings.add("made-up", event.get("peer"), "sent, and nobody has decided it: " + event);
      }
    }
  }

  private static List<String> ids(List<Commit> commits) {
    return commits.stream()
        .flatMap(commit -> commit.leaving("xmpp").stream())
        .map(row -> row.get("wire_id"))
        .toList();
  }
}
