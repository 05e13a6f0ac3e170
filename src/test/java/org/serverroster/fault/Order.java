package org.serverroster.fault;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.serverroster.fault.Books.Commit;

/**
 * What an administrator ordered. It takes effect once at most, after it was given and, when there
 * was an answer, before that.
 *
 * @param via {@code rest} or {@code mail-link}
 * @param request the request that the link is about, "" over REST
 * @param actor whose link it is, "" over REST
 * @param given when
 * @param answered when the answer came, {@link Long#MAX_VALUE} when none did
 * @param status the HTTP status, 0 without an answer
 */
record Order(
    String op,
    String via,
    String peer,
    String action,
    String request,
    String actor,
    long given,
    long answered,
    int status) {

  private static final Set<Integer> REFUSALS = Set.of(400, 404, 409, 410);

  /** All orders, by their op. */
  static Map<String, Order> of(List<Event> events) {
    Map<String, Order> orders = new LinkedHashMap<>();
    for (Event event : events) {
      String op = event.get("op");
      if (event.is(Event.ORDERED)) {
        orders.put(
            op,
            new Order(
                op,
                event.get("via"),
                event.get("peer"),
                event.get("action"),
                event.get("request"),
                event.get("actor"),
                event.at(),
                Long.MAX_VALUE,
                0));
      } else if (event.is(Event.ANSWERED)) {
        int status = Integer.parseInt(event.get("status"));
        orders.computeIfPresent(op, (name, order) -> order.answered(event.at(), status));
      }
    }
    return orders;
  }

  /** Whether it was said to be done. */
  boolean done() {
    return status / 100 == 2;
  }

  /** Whether it was said not to be done. */
  boolean refused() {
    return REFUSALS.contains(status);
  }

  /** The entries of the trail that an action over REST may make, with one approval needed. */
  private static final Map<String, Set<String>> ENTRIES =
      Map.of(
          "approve",
          Set.of("request-approved"),
          "deny",
          Set.of("request-denied"),
          "revoke",
          Set.of("trust-revoked"),
          "subscribe",
          Set.of("peer-asked", "request-approved"),
          "unsubscribe",
          Set.of("unsubscribed"));

  /** Whether the entry of the trail says what was ordered here. */
  boolean fits(Commit commit) {
    return ENTRIES.getOrDefault(action, Set.of()).contains(commit.audit().get("action"))
        && (via.equals("mail-link") || commit.peer().equals(peer));
  }

  /** Whether the transaction did what was ordered here. */
  boolean isDoneBy(Commit commit) {
    if (!commit.via(via)) {
      return false;
    }
    if (via.equals("rest")) {
      return commit.audit().get("note").equals(op);
    }
    return commit.audit().get("request_id").equals(request)
        && commit.audit().get("actor").equals(actor)
        && commit
            .audit()
            .get("action")
            .equals(action.equals("approve") ? "request-approved" : "request-denied");
  }

  private Order answered(long at, int code) {
    // Without an answer it may still take effect at any later time.
    boolean known = code / 100 == 2 || REFUSALS.contains(code);
    return new Order(
        op, via, peer, action, request, actor, given, known ? at : Long.MAX_VALUE, code);
  }

  @Override
  public String toString() {
    return "%s %s via %s (%.3f s to %s, status %d)"
        .formatted(
            op,
            action,
            via,
            given / 1e6,
            answered == Long.MAX_VALUE ? "?" : "%.3f s".formatted(answered / 1e6),
            status);
  }
}
