package org.serverroster.fault;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.serverroster.fault.Books.Commit;

/** What peers said and administrators ordered is what happened, once and in order. */
final class IntakeRules {

  /** What the clock may do without an order. */
  private static final Set<String> OF_THE_CLOCK =
      Set.of(
          "request-expired",
          "request-escalated",
          "review-due",
          "review-unanswered",
          "peer-asked-again",
          "peer-unanswering");

  private final Evidence seen;
  private final Findings findings;

  private IntakeRules(Evidence seen, Findings findings) {
    this.seen = seen;
    this.findings = findings;
  }

  static void check(Evidence seen, Findings findings) {
    IntakeRules rules = new IntakeRules(seen, findings);
    rules.whatWasConfirmedArrived();
    rules.ordersAreDoneOnceAsAnswered();
    rules.everyDecisionWasOrdered();
    rules.requestsEndOnce();
    rules.theTableExplainsTheRoster();
  }

  /** What no peer said was ordered, as it was done, or is the clock's. */
  private void everyDecisionWasOrdered() {
    seen.commits()
        .forEach(
            (peer, all) -> {
              for (Commit commit : all) {
                if (commit.audit() == null || commit.via("xmpp")) {
                  continue;
                }
                if (commit.via("clock") && OF_THE_CLOCK.contains(commit.audit().get("action"))) {
                  continue;
                }
                List<Order> orders =
                    seen.orders().values().stream().filter(one -> one.isDoneBy(commit)).toList();
                if (orders.isEmpty()) {
                  findings.add("made-up", peer, "done, and nobody has ordered it: " + commit);
                } else if (orders.stream().noneMatch(order -> order.fits(commit))) {
                  findings.add(
                      "made-up",
                      peer,
                      "something else was ordered: %s for %s".formatted(commit, orders));
                }
              }
            });
  }

  private void requestsEndOnce() {
    Map<String, Integer> ends = new LinkedHashMap<>();
    for (Books.Row row : seen.books().changes()) {
      if (row.of("approval_request") && !row.get("outcome").equals("open")) {
        if (ends.merge(row.get("id"), 1, Integer::sum) == 2) {
          findings.add("once", row.get("peer"), "a request ended twice: " + row);
        }
      }
    }
  }

  /** What the server took from a peer was handed over and taken over, in the peer's order. */
  private void whatWasConfirmedArrived() {
    Map<String, List<Event>> said = new LinkedHashMap<>();
    Set<String> confirmed = new HashSet<>();
    Set<String> bounced = new HashSet<>();
    for (Event event : seen.events()) {
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
          List<Arrival> arrived = seen.arrivals().getOrDefault(peer, List.of());
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
                findings.add("lost", peer, "the server took %s, we never did".formatted(event));
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
              findings.add("order", peer, "%s was handed over out of order".formatted(arrival));
            }
            last = at;
          }
        });
  }

  /** Said to be done: once. Said not to be done: not. Nobody knows: once at most. */
  private void ordersAreDoneOnceAsAnswered() {
    Map<String, List<Order>> same = new LinkedHashMap<>();
    for (Order order : seen.orders().values()) {
      String one =
          order.via().equals("rest")
              ? order.op()
              : String.join(" ", order.request(), order.actor(), order.action());
      same.computeIfAbsent(one, key -> new ArrayList<>()).add(order);
    }
    for (List<Order> group : same.values()) {
      Order first = group.get(0);
      long effects =
          seen.commits().getOrDefault(first.peer(), List.of()).stream()
              .filter(first::isDoneBy)
              .count();
      long done = group.stream().filter(Order::done).count();
      boolean allRefused = group.stream().allMatch(Order::refused);
      if (done > 1 || effects > 1) {
        findings.add(
            "once", first.peer(), "done %d times: %s".formatted(Math.max(done, effects), group));
      } else if (done == 1 && effects == 0) {
        findings.add("kept", first.peer(), "said to be done, and is not: " + group);
      } else if (allRefused && effects > 0) {
        findings.add("kept", first.peer(), "said not to be done, and is: " + group);
      }
    }
  }

  private void theTableExplainsTheRoster() {
    Set<String> peers = new LinkedHashSet<>(seen.commits().keySet());
    peers.addAll(seen.arrivals().keySet());
    for (String peer : peers) {
      List<Commit> kept = seen.commits().getOrDefault(peer, List.of());
      List<Commit> effective =
          kept.stream().filter(c -> c.audit() != null || c.onlyAnswers()).toList();
      Map<Commit, Order> whose = new IdentityHashMap<>();
      long latestGiven = 0;
      for (Commit commit : effective) {
        Order order =
            seen.orders().values().stream()
                .filter(one -> one.isDoneBy(commit))
                .findFirst()
                .orElse(null);
        if (order == null) {
          checkReplay(peer, commit);
          continue;
        }
        whose.put(commit, order);
        checkReplay(peer, commit);
        if (order.answered() < latestGiven) {
          findings.add("order", peer, "answered before an earlier one was given: " + order);
        }
        latestGiven = Math.max(latestGiven, order.given());
      }
      Serialisation order =
          new Serialisation(seen.arrivals().getOrDefault(peer, List.of()), effective, whose);
      if (!order.exists()) {
        findings.add("table", peer, order.stuck());
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
      findings.add("table", peer, "what is sent leads to %s: %s".formatted(after, commit));
    }
  }
}
