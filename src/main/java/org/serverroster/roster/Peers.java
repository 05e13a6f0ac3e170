package org.serverroster.roster;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBED;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Judges changes: what a stanza or a decision does to a peer, what leaves the house because of it,
 * and whether administrators must be asked. Holds no state; the caller has locked the peer's row.
 */
public final class Peers {

  /** Presence without a type: "available" (RFC 6121, section 4.7.1). */
  public static final String AVAILABLE = "available";

  /** The presence type "unavailable" (RFC 6121, section 4.5). */
  public static final String UNAVAILABLE = "unavailable";

  private final Duration expiresAfter;

  /**
   * @param expiresAfter how long a request waits for our administrators
   */
  public Peers(Duration expiresAfter) {
    this.expiresAfter = expiresAfter;
  }

  /** Takes over what the locked row of the peer says; null when there is none. */
  public Change recall(Change change, Map<String, ?> row) {
    if (row != null) {
      change.put("state", row.get("state"));
      change.put("openRequest", row.get("request_id"));
      change.computeIfAbsent("request", key -> row.get("request_id"));
    }
    return change;
  }

  /**
   * What the peer's stanza does (RFC 6121, A.3). A stanza that changes nothing and asks for no
   * answer leaves {@code effect} false.
   */
  public Change receive(Change change) {
    Subscription before = change.subscription();
    Transition transition =
        before.receive(SubscriptionStanza.ofType(change.text("stanza")).orElseThrow());
    List<String> stanzas = new ArrayList<>();
    transition
        .reply()
        .ifPresent(
            reply -> {
              if (before.from() && reply == UNSUBSCRIBED) {
                stanzas.add(UNAVAILABLE);
              }
              stanzas.add(reply.type());
              if (reply == SUBSCRIBED) {
                stanzas.add(AVAILABLE);
              }
            });
    conclude(change, transition.before(), transition.after(), stanzas, wordFor(change, transition));
    if (!before.pendingIn() && transition.after().pendingIn()) {
      change.put("request", UUID.randomUUID());
      change.put("expires", ((OffsetDateTime) change.get("now")).plus(expiresAfter));
      change.put("opens", true);
    } else if (before.pendingIn() && !transition.after().pendingIn()) {
      change.put("outcome", "withdrawn");
      change.put("ends", true);
    }
    return change;
  }

  /**
   * What a decision about the open request does (RFC 6121, A.2): our answer, and on approval the
   * current presence (section 3.1.5) and our own request in return (XEP-0267: "SHOULD also send a
   * subscription request to the originating server").
   *
   * @throws AlreadyDecidedException when the peer no longer waits for this decision
   */
  public Change decide(Change change) {
    Decision decision = Decision.valueOf(change.text("decision"));
    Subscription before = change.subscription();
    if (!before.pendingIn()
        || !change.request().equals(Optional.ofNullable(change.get("openRequest")))) {
      throw new AlreadyDecidedException("The peer waits for no decision about this request");
    }
    List<String> stanzas = new ArrayList<>();
    Subscription after;
    if (decision == Decision.APPROVE) {
      after = before.send(SUBSCRIBED).after();
      stanzas.add(SUBSCRIBED.type());
      stanzas.add(AVAILABLE);
      if (!after.to() && !after.pendingOut()) {
        after = after.send(SUBSCRIBE).after();
        stanzas.add(SUBSCRIBE.type());
      }
    } else {
      after = before.send(UNSUBSCRIBED).after();
      stanzas.add(UNSUBSCRIBED.type());
    }
    conclude(change, before, after, stanzas, "request-" + decision.outcome());
    change.put("outcome", decision.outcome());
    change.put("ends", true);
    change.put("deniedAt", decision == Decision.DENY ? change.get("now") : null);
    return change;
  }

  private static void conclude(
      Change change, Subscription before, Subscription after, List<String> stanzas, String action) {
    change.put("before", before.state());
    change.put("state", after.state());
    change.put("stanzas", List.copyOf(stanzas));
    change.put("action", action);
    change.put("changed", before != after);
    change.put("effect", before != after || !stanzas.isEmpty());
    change.put("opens", false);
    change.put("ends", false);
    change.put("deniedAt", null);
    change.put("waiting", after.pendingIn());
  }

  private static String wordFor(Change change, Transition transition) {
    Subscription before = transition.before();
    return switch (SubscriptionStanza.ofType(change.text("stanza")).orElseThrow()) {
      case SUBSCRIBE -> before.from() ? "request-repeated" : "request-received";
      case SUBSCRIBED -> "peer-accepted";
      case UNSUBSCRIBE -> before.pendingIn() ? "request-withdrawn" : "peer-unsubscribed";
      case UNSUBSCRIBED -> before.pendingOut() ? "peer-denied" : "peer-revoked";
    };
  }
}
