package org.serverroster.roster;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One change to one peer on its way through the house: who wants what, and, once {@link Peers} has
 * judged it, what becomes of it. Its entries are the parameters of the flow's SQL statements, so
 * nothing but our own code names one.
 *
 * <p>Entries: {@code domain}, {@code peer}, {@code address} (how the peer writes itself), {@code
 * action} (the word of the audit trail), {@code actor}, {@code via}, {@code origin}, {@code note},
 * {@code now}; when judged {@code before}, {@code state}, {@code request}, {@code outcome} and the
 * rest of what {@link Peers} says. Points in time are UTC; what is unknown is null.
 */
public final class Change extends LinkedHashMap<String, Object> {
  private static final long serialVersionUID = 1L;

  /** What a peer's stanza asks for. */
  public static Change fromPeer(
      Domain domain, Domain peer, String address, SubscriptionStanza stanza, Instant now) {
    Change change = new Change(domain.name(), peer.name(), address, now);
    change.put("stanza", stanza.type());
    change.by(peer.name(), "xmpp", null);
    return change;
  }

  /**
   * What a person, or the clock, decided about a peer's open request.
   *
   * @param request the row of the request: {@code request}, {@code domain}, {@code peer}, {@code
   *     address}
   */
  public static Change decision(Decision decision, Map<String, ?> request, Instant now) {
    Change change =
        new Change(
            (String) request.get("domain"),
            (String) request.get("peer"),
            (String) request.get("address"),
            now);
    change.put("decision", decision.name());
    change.put("request", request.get("request"));
    return change;
  }

  private Change(String domain, String peer, String address, Instant now) {
    put("domain", domain);
    put("peer", peer);
    put("address", address);
    put("now", utc(now));
    put("note", null);
    put("request", null);
    put("state", Subscription.NONE.state());
  }

  /**
   * Names who acts: the actor, the way in ({@code xmpp}, {@code mail-link}, ...), and from where.
   */
  public Change by(String actor, String via, String origin) {
    put("actor", actor);
    put("via", via);
    put("origin", origin);
    return this;
  }

  /** The presence types that leave because of this change, in this order; not null. */
  @SuppressWarnings("unchecked")
  public List<String> stanzas() {
    return (List<String>) getOrDefault("stanzas", List.of());
  }

  /** The request that this change opens, ends, or belongs to. */
  public Optional<UUID> request() {
    return Optional.ofNullable((UUID) get("request"));
  }

  /** The entry as text, null when absent. */
  public String text(String key) {
    return (String) get(key);
  }

  /** A point in time as the statements take it: UTC, with its offset. */
  public static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  Subscription subscription() {
    return Subscription.ofState(text("state"));
  }
}
