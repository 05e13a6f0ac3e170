package org.serverroster.roster;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the table says of a peer: a state, with everything that belongs to it, and what a test adds.
 */
final class Kept {

  static final OffsetDateTime NOW = Change.utc(Instant.parse("2026-11-28T12:00:00Z"));
  static final String PEER = "xmpp.partner.example";
  static final Domain OURS = new Domain("capulet.lit");
  static final String ADMINISTRATOR = "nurse@capulet.lit";

  private final Map<String, Object> row = new HashMap<>();

  private Kept() {}

  /** A peer in this state that has done nothing but what led there. */
  static Kept in(Subscription state) {
    Kept kept =
        new Kept()
            .with("state", state.state())
            .with("address", PEER)
            .with("pre_approved", false)
            .with("blocked", false)
            .with("dropped", 0L)
            .with("resends", 0)
            .with("errors_told", 0)
            .with("online", state.to());
    if (state.pendingOut()) {
      kept.with("asked_at", NOW.minusHours(1)).with("resend_at", NOW.plusHours(1));
    }
    if (state.pendingIn()) {
      kept.requested("approval");
    }
    return kept;
  }

  /** An open request of this kind, made an hour ago. */
  Kept requested(String kind) {
    return with("request_id", UUID.randomUUID())
        .with("request_kind", kind)
        .with("request_quiet", false)
        .with("request_received_at", NOW.minusHours(1))
        .with("request_remind_at", NOW.plusHours(1))
        .with("request_escalate_at", NOW.plusHours(1));
  }

  /** A request of ours that was given up: it still waits, but is not sent again. */
  Kept givenUp() {
    return with("resend_at", null);
  }

  Kept deniedAt(OffsetDateTime when) {
    return with("denied_at", when);
  }

  Kept blocked() {
    return with("blocked", true);
  }

  Kept preApprovedBy(String administrator) {
    return with("pre_approved", true).with("pre_approved_by", administrator);
  }

  Kept with(String column, Object value) {
    row.put(column, value);
    return this;
  }

  Object get(String column) {
    return row.get(column);
  }

  /** The peer's stanza, as it meets this row. */
  Change hears(SubscriptionStanza stanza) {
    return stranger(stanza).recall(row);
  }

  /** An error in answer to what we sent; whether that was our request, the caller says. */
  Change fails(String condition, boolean aboutOurRequest) {
    Change change =
        Change.fromPeer(OURS, new Domain(PEER), PEER, Peers.ERROR, NOW.toInstant()).recall(row);
    change.put("condition", condition);
    change.put("aboutOurRequest", aboutOurRequest);
    return change;
  }

  /** What an administrator, or the clock, does to this peer. */
  Change suffers(Action action) {
    return Change.action(action, OURS, new Domain(PEER), NOW.toInstant())
        .by(ADMINISTRATOR, "rest", null)
        .recall(row);
  }

  /** A decision about this peer's open request, or about one that never was. */
  Change decided(Decision decision) {
    UUID request = Optional.ofNullable((UUID) row.get("request_id")).orElseGet(UUID::randomUUID);
    return decided(decision, request);
  }

  Change decided(Decision decision, UUID request) {
    Map<String, Object> about = Map.of("domain", OURS.name(), "peer", PEER, "request", request);
    return Change.decision(decision, about, NOW.toInstant())
        .by(ADMINISTRATOR, "mail-link", null)
        .recall(row);
  }

  /** The stanza of somebody of whom there is no row. */
  static Change stranger(SubscriptionStanza stanza) {
    return Change.fromPeer(OURS, new Domain(PEER), PEER, stanza, NOW.toInstant()).recall(null);
  }

  /** Fourteen days to decide, a day until the reminder, two until the escalation, a quiet week. */
  static Policy policy(int quorum, String... autoApprove) {
    return new Policy(
        Duration.ofDays(14),
        Duration.ofDays(1),
        Optional.of(Duration.ofDays(2)),
        Optional.empty(),
        Duration.ofDays(7),
        Duration.ofDays(1),
        Duration.ofDays(30),
        quorum,
        List.of(autoApprove).stream().map(PeerPattern::of).toList());
  }
}
