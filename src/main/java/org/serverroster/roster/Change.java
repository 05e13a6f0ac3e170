package org.serverroster.roster;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * One change to one peer on its way through the house: who wants what, and, once {@link Peers} has
 * judged it, what becomes of it. Its entries are the parameters of the flow's SQL statements, so
 * nothing but our own code names one.
 *
 * <p>Entries: {@code domain}, {@code peer}, {@code actor}, {@code via}, {@code origin}, {@code
 * note}, {@code now}; what is kept of the peer ({@link #KEPT}); when judged {@code before} (the
 * state that it had), {@code request}, {@code outcome} and the rest of what {@link Verdict} says.
 * Points in time are UTC; what is unknown is null.
 */
public final class Change extends LinkedHashMap<String, Object> {
  private static final long serialVersionUID = 1L;

  /** What the row of a peer says, by column; see the table. */
  private static final Map<String, String> KEPT =
      Map.ofEntries(
          Map.entry("state", "state"),
          Map.entry("openRequest", "request_id"),
          Map.entry("preApproved", "pre_approved"),
          Map.entry("preApprovedBy", "pre_approved_by"),
          Map.entry("blocked", "blocked"),
          Map.entry("dropped", "dropped"),
          Map.entry("deniedAt", "denied_at"),
          Map.entry("askedAt", "asked_at"),
          Map.entry("resendAt", "resend_at"),
          Map.entry("resends", "resends"),
          Map.entry("outError", "out_error"),
          Map.entry("errorsTold", "errors_told"),
          Map.entry("reviewAt", "review_at"),
          Map.entry("online", "online"),
          Map.entry("lastSeen", "last_seen"),
          Map.entry("lastHandover", "last_handover"));

  /** As much of an address, which may be a JID with a long resource, as is kept. */
  private static final int ORIGIN = 64;

  private final transient Map<String, Object> recalled = new LinkedHashMap<>();

  /** What a peer's stanza asks for. */
  public static Change fromPeer(
      Domain domain, Domain peer, String address, SubscriptionStanza stanza, Instant now) {
    return fromPeer(domain, peer, address, stanza.type(), now);
  }

  /**
   * What a peer's stanza says.
   *
   * @param type the presence type
   */
  public static Change fromPeer(
      Domain domain, Domain peer, String address, String type, Instant now) {
    Change change = new Change(domain.name(), peer.name(), now);
    change.put("address", address);
    change.put("stanza", type);
    return change.by(peer.name(), "xmpp", null);
  }

  /**
   * What a person, or the clock, decided about a peer's open request.
   *
   * @param request the row of the request: {@code request}, {@code domain}, {@code peer}
   */
  public static Change decision(Decision decision, Map<String, ?> request, Instant now) {
    Change change = new Change((String) request.get("domain"), (String) request.get("peer"), now);
    change.put("decision", decision.name());
    change.put("request", request.get("request"));
    return change;
  }

  /** What a person, or the clock, does to a peer. */
  public static Change action(Action action, Domain domain, Domain peer, Instant now) {
    Change change = new Change(domain.name(), peer.name(), now);
    change.put("act", action.name());
    change.put("address", peer.name());
    change.put("strangers", action.meetsStrangers());
    return change;
  }

  private Change(String domain, String peer, Instant now) {
    put("domain", domain);
    put("peer", peer);
    put("now", utc(now));
    put("dayAgo", utc(now).minusDays(1));
    put("found", false);
    put("note", null);
    put("detail", null);
    put("request", null);
    put("voter", null);
    KEPT.keySet().forEach(key -> put(key, null));
    put("state", Subscription.NONE.state());
    put("preApproved", false);
    put("blocked", false);
    put("online", false);
    put("resends", 0);
    put("errorsTold", 0);
    put("dropped", 0L);
  }

  /**
   * Names who acts: the actor, the way in ({@code xmpp}, {@code mail-link}, ...), and from where.
   */
  public Change by(String actor, String via, String origin) {
    put("actor", actor);
    put("via", via);
    put("origin", origin == null ? null : Texts.cut(origin, ORIGIN));
    return this;
  }

  /**
   * Says what another roster has about the peer. Where that is nothing, no stranger becomes known.
   *
   * @param wanted the state by that roster
   * @param blocked whether nothing was heard of the peer there
   */
  public Change adopts(Subscription wanted, boolean blocked) {
    put("wanted", wanted.state());
    put("block", blocked);
    put("strangers", blocked || wanted.withoutPendingIn() != Subscription.NONE);
    return this;
  }

  /**
   * Says what somebody has chosen of what an action leaves open; null where they said nothing.
   *
   * @param preApprove {@code subscribe}: whether the peer's own request is approved when it comes;
   *     unless they say no
   * @param subscribeBack {@code approve}: whether we ask for its presence in return (XEP-0267);
   *     unless they say no
   * @param block {@code deny}: whether nothing is heard of the peer from now on; when they say so
   */
  public Change choosing(Boolean preApprove, Boolean subscribeBack, Boolean block) {
    put("preApprove", !Boolean.FALSE.equals(preApprove));
    put("subscribeBack", !Boolean.FALSE.equals(subscribeBack));
    put("block", Boolean.TRUE.equals(block));
    return this;
  }

  /** Says why, in a person's own words; null when they said nothing. */
  public Change because(String note) {
    put("note", note);
    return this;
  }

  /** Takes over what the locked row of the peer says; null when there is none. */
  Change recall(Map<String, ?> row) {
    remove("leavesAtOnce"); // what the departures of an earlier attempt have noted
    remove("leaving");
    remove("leftBehind");
    if (row != null) {
      put("found", true);
      put("requestsOfDay", row.get("requests_of_day"));
      KEPT.forEach((key, column) -> put(key, value(row.get(column))));
      if (get("stanza") == null) {
        put("address", row.get("address"));
      }
      put("requestKind", row.get("request_kind"));
      put("quiet", row.get("request_quiet"));
      put("remindAt", value(row.get("request_remind_at")));
      put("escalateAt", value(row.get("request_escalate_at")));
      put("openedAt", value(row.get("request_received_at")));
      if (get("request") == null) {
        put("request", row.get("request_id"));
      }
    }
    KEPT.keySet().forEach(key -> recalled.put(key, get(key)));
    return this;
  }

  /** Whether the peer was known before. */
  boolean found() {
    return is("found");
  }

  /** Whether something that is kept of the peer is no longer as it was. */
  boolean differs() {
    return KEPT.keySet().stream().anyMatch(key -> !Objects.equals(get(key), recalled.get(key)));
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

  /** Whether the entry is there and true. */
  public boolean is(String key) {
    return Boolean.TRUE.equals(get(key));
  }

  /** The entry as a number, 0 when absent. */
  public int number(String key) {
    return get(key) instanceof Number number ? number.intValue() : 0;
  }

  /** The entry as a point in time, null when absent. */
  public OffsetDateTime time(String key) {
    return (OffsetDateTime) get(key);
  }

  /** When it happens. */
  public OffsetDateTime now() {
    return time("now");
  }

  /** A point in time as the statements take it: UTC, with its offset. */
  public static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  Subscription subscription() {
    return Subscription.ofState(text("state"));
  }

  /** The databases differ in what they give for a point in time and for a number. */
  private static Object value(Object column) {
    return column instanceof Date || column instanceof OffsetDateTime
        ? utc(Moments.instant(column))
        : column;
  }
}
