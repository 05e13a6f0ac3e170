package org.serverroster.approval;

import java.time.Instant;
import java.util.Map;
import org.serverroster.roster.Moments;

/** What has become of the link of a mail. */
public enum LinkState {
  /** No such link was ever made. */
  UNKNOWN,
  /** It can still decide. */
  OPEN,
  /** It was used to approve, and more approvals are needed. */
  VOTED,
  /** Its request is over: decided, by this link or another, or withdrawn. */
  ENDED,
  /** Nobody decided in time. */
  EXPIRED;

  /**
   * @param row the link's row, null or without {@code request} when there is none
   */
  public static LinkState of(Map<String, Object> row, Instant now) {
    if (row == null || row.get("request") == null) {
      return UNKNOWN;
    }
    boolean over = !Moments.instant(row.get("expires_at")).isAfter(now);
    return switch ((String) row.get("outcome")) {
      case "open" -> over ? EXPIRED : row.get("used_at") != null ? VOTED : OPEN;
      case "expired" -> EXPIRED;
      default -> ENDED;
    };
  }
}
