package org.serverroster.roster;

/** What an administrator, or the clock, does to a peer. */
public enum Action {
  /** Ask the peer for its presence (XEP-0267: only when an administrator asked for it). */
  SUBSCRIBE,
  /** Approve its open request, or confirm the approval that is under review. */
  APPROVE,
  /** Deny its open request. */
  DENY,
  /** End whatever there is in either direction. */
  REMOVE,
  /** End the trust in both directions. */
  REVOKE,
  /** No longer receive its presence, or take our request back. */
  UNSUBSCRIBE,
  /** End everything and hear nothing of it any more. */
  BLOCK,
  /** Hear it again. */
  UNBLOCK,
  /** Forget that it was denied: the administrators are asked as if for the first time. */
  ALLOW_AGAIN,
  /** Take over what another roster said about a peer of which nothing is known here. */
  IMPORT,
  /** The clock: our request is unanswered and is sent again, or given up. */
  RESEND,
  /** The clock: an approval must be confirmed. */
  REVIEW,
  /** The clock: nobody has decided about a request yet. */
  REMIND,
  /** The clock: nobody has decided, and somebody else is asked as well. */
  ESCALATE;

  /** Whether a peer that was never heard of can be meant. */
  public boolean meetsStrangers() {
    return this == SUBSCRIBE || this == BLOCK || this == IMPORT;
  }
}
