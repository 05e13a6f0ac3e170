package org.serverroster.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.serverroster.approval.Moments;
import org.serverroster.roster.Subscription;

/**
 * A peer as the HTTP interface shows it. Points in time are ISO-8601 in UTC; what is unknown is
 * null.
 *
 * @param state one of the nine names of RFC 6121, Appendix A
 * @param subscription {@code none}, {@code to}, {@code from} or {@code both}
 * @param request the peer's open request, null when there is none
 * @param lastError why the last attempt to reach the peer failed, while it is still being tried
 */
record PeerView(
    String domain,
    String peer,
    String state,
    String subscription,
    boolean pendingIn,
    boolean pendingOut,
    boolean preApproved,
    boolean blocked,
    Instant deniedAt,
    @JsonProperty("request") RequestView request,
    Instant lastSeen,
    String lastError,
    Instant createdAt,
    Instant updatedAt) {

  /** A request that waits for our administrators. */
  record RequestView(UUID id, Instant receivedAt, Instant expiresAt) {}

  static PeerView of(Map<String, Object> row) {
    Subscription state = Subscription.ofState((String) row.get("state"));
    UUID request = (UUID) row.get("request_id");
    return new PeerView(
        (String) row.get("domain"),
        (String) row.get("peer"),
        state.state(),
        state.subscription(),
        state.pendingIn(),
        state.pendingOut(),
        (Boolean) row.get("pre_approved"),
        (Boolean) row.get("blocked"),
        Moments.instant(row.get("denied_at")),
        request == null
            ? null
            : new RequestView(
                request,
                Moments.instant(row.get("request_received_at")),
                Moments.instant(row.get("request_expires_at"))),
        Moments.instant(row.get("last_seen")),
        (String) row.get("last_error"),
        Moments.instant(row.get("created_at")),
        Moments.instant(row.get("updated_at")));
  }
}
