package org.serverroster.roster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long things last and what is left to whom, as the operator has set it.
 *
 * @param expiresAfter how long a request waits for our administrators
 * @param remindAfter how long until they are asked again; the same once more each time
 * @param escalateAfter how long until somebody else is asked as well; empty: never
 * @param reviewAfter when an approval is to be confirmed, unless the approval says otherwise;
 *     empty: never
 * @param quietPeriod how long a denied peer may ask without a mail
 * @param resendAfter when an unanswered request of ours is sent again; doubled each time
 * @param giveUpAfter when it is no longer sent
 * @param quorum how many administrators must approve
 * @param autoApprove the peers that nobody needs to be asked about (XEP-0267 0.5; off by default)
 */
public record Policy(
    Duration expiresAfter,
    Duration remindAfter,
    Optional<Duration> escalateAfter,
    Optional<Duration> reviewAfter,
    Duration quietPeriod,
    Duration resendAfter,
    Duration giveUpAfter,
    int quorum,
    List<PeerPattern> autoApprove) {

  /** A peer that could not be reached is tried again this soon, doubled each time. */
  static final Duration FIRST_RETRY = Duration.ofMinutes(5);

  /** The one of another's request that is to be sent the n-th time again, from the n-1st. */
  Duration untilResend(int resends) {
    return doubled(resendAfter, resends);
  }

  /** As {@link #untilResend}, sooner: the answer was that the peer cannot be reached. */
  Duration untilRetry(int resends) {
    Duration first = FIRST_RETRY.compareTo(resendAfter) < 0 ? FIRST_RETRY : resendAfter;
    Duration wait = doubled(first, resends);
    Duration most = untilResend(resends);
    return wait.compareTo(most) < 0 ? wait : most;
  }

  Optional<PeerPattern> patternFor(Domain peer) {
    return autoApprove.stream().filter(pattern -> pattern.matches(peer)).findFirst();
  }

  private static Duration doubled(Duration first, int times) {
    return first.multipliedBy(1L << Math.min(times, 12));
  }
}
