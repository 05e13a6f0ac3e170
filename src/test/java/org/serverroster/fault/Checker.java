package org.serverroster.fault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.serverroster.fault.Books.Commit;
import org.serverroster.fault.Books.Row;

/**
 * Holds what every party saw against what the database has kept. Knows the promises and RFC 6121,
 * and nothing of our code.
 */
final class Checker {

  private static final Set<String> ASKING = Set.of("request", "reminder", "escalation", "review");

  private final List<Event> events;
  private final Books books;
  private final List<String> administrators;
  private final Map<String, List<Commit>> commits;
  private final Map<String, List<Arrival>> arrivals;
  private final Map<String, Order> orders;
  private final List<Finding> findings = new ArrayList<>();

  private Checker(List<Event> events, Books books, List<String> administrators) {
    this.events = events;
    this.books = books;
    this.administrators = administrators;
    this.commits = books.commits();
    this.arrivals = Arrival.of(events);
    this.orders = Order.of(events);
  }

  /**
   * All promises that were not kept, empty when all were.
   *
   * @param administrators the mail addresses of those who are asked about each request
   */
  static List<Finding> check(List<Event> events, Books books, List<String> administrators) {
    Checker checker = new Checker(events, books, administrators);
    checker.nothingIsStuck();
    checker.theAuditTrailAgrees();
    checker.whatWasConfirmedArrived();
    checker.ordersAreDoneOnceAsAnswered();
    checker.theTableExplainsTheRoster();
    checker.everyStanzaWasSentInOrder();
    checker.everyRequestIsAskedOnce();
    checker.everyMailWasSent();
    checker.everyChangeIsTold();
    return checker.findings;
  }

  private void nothingIsStuck() {
    books.waiting().forEach(row -> find("stuck", "", "still in the outbox: " + row));
    if (books.journaled() != 0) {
      find("stuck", "", "the server still holds %d stanzas for us".formatted(books.journaled()));
    }
  }

  /** No roster change without its entry and the reverse, and no entry was lost or altered. */
  private void theAuditTrailAgrees() {
    Set<Long> written = new HashSet<>();
    commits.forEach(
        (peer, all) -> {
          String state = "none";
          for (Commit commit : all) {
            Row audit = commit.audit();
            Row row = commit.peerRow();
            if (audit == null && row != null) {
              find("audit", peer, "%s without an entry".formatted(row.is()));
            } else if (audit != null) {
              written.add(Long.parseLong(audit.get("id")));
              if (!audit.get("state_before").equals(state)) {
                find("audit", peer, "state was %s before: %s".formatted(state, commit));
              }
              state = audit.get("state_after");
              boolean moves = !state.equals(audit.get("state_before"));
              if (moves && (row == null || !row.get("state").equals(state))) {
                find("audit", peer, "an entry without its change: " + commit);
              } else if (!moves && row != null) {
                find("audit", peer, "a change that its entry does not tell: " + commit);
              }
              long entries = commit.rows().stream().filter(r -> r.of("audit_entry")).count();
              if (entries > 1) {
                find("audit", peer, "%d entries of one change: %s".formatted(entries, commit));
              }
            }
          }
          if (!books.states().getOrDefault(peer, "none").equals(state)) {
            find("audit", peer, "is %s, the trail says %s".formatted(books.states(), state));
          }
        });
    Set<Long> lost = new HashSet<>(written);
    books.audited().forEach(lost::remove);
    if (!lost.isEmpty()) {
      find("audit", "", "entries that are gone: " + lost);
    }
    if (books.auditChain() != null && !"true".equals(books.auditChain().get("valid"))) {
      find("audit", "", "the hash chain does not verify: " + books.auditChain());
    }
  }

  /** What the server took from a peer was handed over and taken over, in the peer's order. */
  private void whatWasConfirmedArrived() {
    Map<String, List<Event>> said = new LinkedHashMap<>();
    Set<String> confirmed = new HashSet<>();
    Set<String> bounced = new HashSet<>();
    for (Event event : events) {
      switch (event.what()) {
        case Event.SAID ->
            said.computeIfAbsent(event.get("peer"), peer -> new ArrayList<>()).add(event);
        case Event.CONFIRMED -> confirmed.add(event.get("id"));
        case Event.BOUNCED -> bounced.add(event.get("id"));
        default -> {}
      }
    }
    said.forEach(
        (peer, all) -> {
          List<Arrival> arrived = arrivals.getOrDefault(peer, List.of());
          Set<String> taken =
              arrived.stream()
                  .filter(Arrival::wasTaken)
                  .map(Arrival::id)
                  .collect(Collectors.toSet());
          String lastType = "";
          for (Event event : all) {
            String id = event.get("id");
            // The shim leaves out what says the same as the one that waits before it.
            boolean repeats = event.get("type").equals(lastType);
            if (confirmed.contains(id) && !bounced.contains(id) && !taken.contains(id)) {
              if (!repeats) {
                find("lost", peer, "the server took %s, we never did".formatted(event));
              }
            }
            if ((confirmed.contains(id) && !bounced.contains(id)) || taken.contains(id)) {
              lastType = event.get("type");
            }
          }
          List<String> order = all.stream().map(event -> event.get("id")).toList();
          int last = -1;
          for (Arrival arrival : arrived) {
            int at = order.indexOf(arrival.id());
            if (at <= last) {
              find("order", peer, "%s was handed over out of order".formatted(arrival));
            }
            last = at;
          }
        });
  }

  /** Said to be done: once. Said not to be done: not. Nobody knows: once at most. */
  private void ordersAreDoneOnceAsAnswered() {
    Map<String, List<Order>> same = new LinkedHashMap<>();
    for (Order order : orders.values()) {
      String one =
          order.via().equals("rest")
              ? order.op()
              : String.join(" ", order.request(), order.actor(), order.action());
      same.computeIfAbsent(one, key -> new ArrayList<>()).add(order);
    }
    for (List<Order> group : same.values()) {
      Order first = group.get(0);
      long effects =
          commits.getOrDefault(first.peer(), List.of()).stream().filter(first::isDoneBy).count();
      long done = group.stream().filter(Order::done).count();
      boolean allRefused = group.stream().allMatch(Order::refused);
      if (done > 1 || effects > 1) {
        find("once", first.peer(), "done %d times: %s".formatted(Math.max(done, effects), group));
      } else if (done == 1 && effects == 0) {
        find("kept", first.peer(), "said to be done, and is not: " + group);
      } else if (allRefused && effects > 0) {
        find("kept", first.peer(), "said not to be done, and is: " + group);
      }
    }
  }

  private void theTableExplainsTheRoster() {
    Set<String> peers = new LinkedHashSet<>(commits.keySet());
    peers.addAll(arrivals.keySet());
    for (String peer : peers) {
      List<Commit> kept = commits.getOrDefault(peer, List.of());
      List<Commit> effective =
          kept.stream().filter(c -> c.audit() != null || c.onlyAnswers()).toList();
      Map<Commit, Order> whose = new HashMap<>();
      long latestGiven = 0;
      for (Commit commit : effective) {
        Order order =
            orders.values().stream().filter(one -> one.isDoneBy(commit)).findFirst().orElse(null);
        if (order == null) {
          checkReplay(peer, commit);
          continue;
        }
        whose.put(commit, order);
        checkReplay(peer, commit);
        if (order.answered() < latestGiven) {
          find("order", peer, "answered before an earlier one was given: " + order);
        }
        latestGiven = Math.max(latestGiven, order.given());
      }
      Serialisation order =
          new Serialisation(arrivals.getOrDefault(peer, List.of()), effective, whose);
      if (!order.exists()) {
        find("table", peer, order.stuck());
      }
    }
  }

  /** What we decided ourselves moves the state as the table says for what we send. */
  private void checkReplay(String peer, Commit commit) {
    if (commit.audit() == null || commit.via("xmpp")) {
      return; // Serialisation knows what the peer said
    }
    String after = Serialisation.replay(commit.audit().get("state_before"), "", commit);
    if (!after.equals(commit.audit().get("state_after"))) {
      find("table", peer, "what is sent leads to %s: %s".formatted(after, commit));
    }
  }

  private void everyStanzaWasSentInOrder() {
    Map<String, List<String>> sent = new HashMap<>();
    Set<String> acknowledged = new HashSet<>();
    Map<String, String> asked = new HashMap<>();
    Map<String, String> underWay = new HashMap<>();
    Set<String> broken = new HashSet<>();
    for (Event event : events) {
      if (event.is(Event.SENDING)) {
        String id = event.get("id");
        sent.computeIfAbsent(event.get("peer"), peer -> new ArrayList<>()).add(id);
        asked.put(event.get("stream") + event.get("iq"), id);
        boolean nowhere = broken.contains(event.get("stream"));
        String other = nowhere ? null : underWay.put(id, event.get("stream"));
        if (other != null && !other.equals(event.get("stream"))) {
          find("alone", event.get("peer"), "two streams send it at a time: " + event);
        }
      } else if (event.is(Event.SENT)) {
        String id = asked.get(event.get("stream") + event.get("iq"));
        if (id != null) {
          acknowledged.add(id);
          underWay.remove(id, event.get("stream"));
        }
      } else if (event.is(Event.STREAM_DOWN)) {
        broken.add(event.get("stream"));
        underWay.values().removeIf(event.get("stream")::equals);
      }
    }
    Set<String> known = new HashSet<>();
    commits.forEach(
        (peer, all) -> {
          List<String> expected =
              all.stream()
                  .flatMap(commit -> commit.leaving("xmpp").stream())
                  .map(row -> row.get("wire_id"))
                  .toList();
          known.addAll(expected);
          for (Commit commit : all) {
            for (Row row : commit.leaving("xmpp")) {
              if (!acknowledged.contains(row.get("wire_id"))) {
                find("sent", peer, "%s never left: %s".formatted(row.get("kind"), commit));
              }
            }
          }
          List<String> seen = new ArrayList<>();
          for (String id : sent.getOrDefault(peer, List.of())) {
            boolean ours = expected.contains(id);
            if (ours && (seen.isEmpty() || !seen.get(seen.size() - 1).equals(id))) {
              if (seen.contains(id)) {
                find("order", peer, "sent again after a later one: " + id);
              }
              seen.add(id);
            }
          }
          List<String> whole = expected.stream().filter(seen::contains).toList();
          if (!whole.equals(seen.stream().distinct().toList())) {
            find("order", peer, "sent in the order %s, kept in %s".formatted(seen, whole));
          }
        });
    for (Event event : events) {
      boolean subscription =
          event.is(Event.SENDING)
              && org.serverroster.lab.AppendixA.TYPES.contains(event.get("type"));
      if (subscription && !known.contains(event.get("id"))) {
        find("made-up", event.get("peer"), "sent, and nobody has decided it: " + event);
      }
    }
  }

  /** Each request that opens, unless a denial is fresh, asks each administrator by one row. */
  private void everyRequestIsAskedOnce() {
    commits.forEach(
        (peer, all) -> {
          for (Commit commit : all) {
            List<Row> opened =
                commit.rows().stream()
                    .filter(row -> row.of("approval_request") && row.isNew())
                    .toList();
            List<String> asked =
                commit.leaving("mail").stream()
                    .filter(row -> row.get("kind").equals("request"))
                    .map(row -> row.get("recipient"))
                    .sorted()
                    .toList();
            boolean mustAsk = opened.size() == 1 && opened.get(0).get("quiet").equals("false");
            List<String> expected =
                mustAsk ? administrators.stream().sorted().toList() : List.<String>of();
            boolean received =
                commit.audit() != null
                    && commit.audit().get("action").startsWith("request-received");
            if (opened.size() > 1 || received != (opened.size() == 1)) {
              find("asked", peer, "%d requests opened by %s".formatted(opened.size(), commit));
            } else if (!asked.equals(expected) && !allowedAgain(commit)) {
              find("asked", peer, "asks %s instead of %s: %s".formatted(asked, expected, commit));
            }
          }
        });
  }

  private static boolean allowedAgain(Commit commit) {
    return commit.audit() != null && commit.audit().get("action").equals("allowed-again");
  }

  /** Each mail that was kept has left, unless its request had ended; no other mail has. */
  private void everyMailWasSent() {
    Map<String, Set<String>> mailed = new HashMap<>();
    events.stream()
        .filter(event -> event.is(Event.MAILED))
        .forEach(
            event ->
                mailed
                    .computeIfAbsent(event.get("id"), id -> new HashSet<>())
                    .add(event.get("to")));
    Set<String> ended =
        books.changes().stream()
            .filter(row -> row.of("approval_request") && !row.get("outcome").equals("open"))
            .map(row -> row.get("id"))
            .collect(Collectors.toSet());
    Set<String> expected = new HashSet<>();
    commits.forEach(
        (peer, all) -> {
          for (Commit commit : all) {
            for (Row row : commit.leaving("mail")) {
              boolean moot =
                  ASKING.contains(row.get("kind")) && ended.contains(row.get("request_id"));
              String id = messageId(row);
              expected.add(id + " " + row.get("recipient"));
              if (!mailed.getOrDefault(id, Set.of()).contains(row.get("recipient")) && !moot) {
                find("mailed", peer, "%s never got %s".formatted(row.get("recipient"), row.is()));
              }
            }
          }
        });
    mailed.forEach(
        (id, recipients) -> {
          for (String recipient : recipients) {
            if (!expected.contains(id + " " + recipient)) {
              find("made-up", "", "a mail that nothing kept stands for: " + id + " " + recipient);
            }
          }
        });
  }

  /** No event without a commit, no commit without its event, and each was taken, in order. */
  private void everyChangeIsTold() {
    boolean tells = books.changes().stream().anyMatch(Checker::isEvent);
    List<String> told =
        events.stream().filter(event -> event.is(Event.TOLD)).map(e -> e.get("id")).toList();
    Set<String> known = new HashSet<>();
    commits.forEach(
        (peer, all) -> {
          List<String> expected = new ArrayList<>(); // changes of one peer have an order
          List<String> others = new ArrayList<>(); // what was sent meanwhile has none among them
          for (Commit commit : all) {
            List<String> of = commit.audit() == null ? others : expected;
            commit.leaving("event").forEach(row -> of.add(row.get("wire_id")));
            long changes =
                commit.leaving("event").stream()
                    .filter(row -> row.get("kind").startsWith("roster.changed"))
                    .count();
            if (tells && changes != (commit.audit() == null ? 0 : 1)) {
              find("told", peer, "%d events of a change: %s".formatted(changes, commit));
            }
          }
          known.addAll(expected);
          known.addAll(others);
          others.removeAll(told);
          List<String> seen = told.stream().filter(Set.copyOf(expected)::contains).toList();
          if (!expected.equals(seen.stream().distinct().toList()) || !others.isEmpty()) {
            others.addAll(expected);
            others.removeAll(seen);
            find("told", peer, "events out of order, or never told: " + others);
          }
        });
    Set<String> madeUp = new HashSet<>(told);
    madeUp.removeAll(known);
    if (!madeUp.isEmpty()) {
      find("made-up", "", "events that nothing kept stands for: " + madeUp);
    }
  }

  private static boolean isEvent(Row row) {
    return row.of("outbox") && row.get("channel").equals("event");
  }

  /** The local part of the Message-ID, which makes repeats of one mail one mail. */
  private static String messageId(Row row) {
    if (!row.get("kind").equals("request")) {
      return row.get("wire_id");
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(row.get("recipient").getBytes(StandardCharsets.UTF_8));
      return row.get("request_id") + "." + HexFormat.of().formatHex(hash, 0, 8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void find(String rule, String peer, String what) {
    findings.add(new Finding(rule, peer, what));
  }
}
