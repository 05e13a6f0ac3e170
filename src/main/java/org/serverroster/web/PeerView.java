package org.serverroster.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.serverroster.roster.Moments;
import org.serverroster.roster.Subscription;

/**
 * A peer as the HTTP interface shows it. Points in time are ISO-8601 in UTC; what is unknown is
 * null.
 *
 * @param state one of the nine names of RFC 6121, Appendix A
 * @param subscription {@code none}, {@code to}, {@code from} or {@code both}
 * @param request the peer's open request, null when there is none
 * @param preApprovedBy who has approved the peer's request before it comes
 * @param askedAt when we asked for its presence, while we wait for an answer
 * @param nextAskAt when we ask again; null when we have given up
 * @param online whether its server says that it is there; false when we may not know
 * @param reviewAt when its approval is to be confirmed
 * @param dropped how many stanzas of it were dropped while it was blocked
 * @param mayAnswerEverybody its answer came alone, from a server that does not say that it keeps a
 *     server roster: it answered, but this server may answer everybody
 * @param lastError what was answered to our request instead of a decision, or why the last attempt
 *     to reach the peer failed, while it is still being tried
 */
record PeerView(
    String domain,
    String peer,
    String state,
    String subscription,
    boolean pendingIn,
    boolean pendingOut,
    boolean preApproved,
    String preApprovedBy,
    boolean blocked,
    Instant deniedAt,
    @JsonProperty("request") RequestView request,
    Instant askedAt,
    Instant nextAskAt,
    boolean online,
    Instant reviewAt,
    long dropped,
    boolean mayAnswerEverybody,
    Instant lastSeen,
    String lastError,
    Instant createdAt,
    Instant updatedAt) {

  /**
   * A request that waits for our administrators.
   *
   * @param kind {@code approval}, or {@code review} of an approval that was given
   * @param quiet whether no mail was sent, because the peer was denied shortly before
   * @param approvals how many administrators have approved it already, where one is not enough
   */
  record RequestView(
      UUID id, String kind, Instant receivedAt, Instant expiresAt, boolean quiet, int approvals) {}

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
        (String) row.get("pre_approved_by"),
        (Boolean) row.get("blocked"),
        Moments.instant(row.get("denied_at")),
        request == null
            ? null
            : new RequestView(
                request,
                (String) row.get("request_kind"),
                Moments.instant(row.get("request_received_at")),
                Moments.instant(row.get("request_expires_at")),
                Boolean.TRUE.equals(row.get("request_quiet")),
                ((Number) row.get("request_approvals")).intValue()),
        Moments.instant(row.get("asked_at")),
        Moments.instant(row.get("resend_at")),
        (Boolean) row.get("online"),
        Moments.instant(row.get("review_at")),
        ((Number) row.get("dropped")).longValue(),
        state == Subscription.TO && !Boolean.TRUE.equals(row.get("supports_server_presence")),
        Moments.instant(row.get("last_seen")),
        (String) row.get("last_error"),
        Moments.instant(row.get("created_at")),
        Moments.instant(row.get("updated_at")));
  }
}
