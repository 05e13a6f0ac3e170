package org.serverroster.roster;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBED;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;
import static org.serverroster.roster.Transition.passing;
import static org.serverroster.roster.Transition.stopping;

import java.util.Arrays;
import org.serverroster.roster.Transition.PreApproval;

/**
 * The nine states of a presence subscription between our domain and a peer, and what each stanza
 * does to them (RFC 6121, Appendix A: 72 cells).
 *
 * <p>Seen from our side: <em>to</em> means that we receive the peer's presence, <em>from</em> that
 * the peer receives ours, which is what makes it trusted. {@code pendingOut} waits for the peer's
 * administrators, {@code pendingIn} for ours.
 */
public enum Subscription {
  NONE("none", Half.ABSENT, Half.ABSENT),
  NONE_PENDING_OUT("none+pending-out", Half.PENDING, Half.ABSENT),
  NONE_PENDING_IN("none+pending-in", Half.ABSENT, Half.PENDING),
  NONE_PENDING_OUT_IN("none+pending-out+in", Half.PENDING, Half.PENDING),
  TO("to", Half.PRESENT, Half.ABSENT),
  TO_PENDING_IN("to+pending-in", Half.PRESENT, Half.PENDING),
  FROM("from", Half.ABSENT, Half.PRESENT),
  FROM_PENDING_OUT("from+pending-out", Half.PENDING, Half.PRESENT),
  BOTH("both", Half.PRESENT, Half.PRESENT);

  private enum Half {
    ABSENT,
    PENDING,
    PRESENT
  }

  private final String state;
  private final Half out;
  private final Half in;

  Subscription(String state, Half out, Half in) {
    this.state = state;
    this.out = out;
    this.in = in;
  }

  /** The name of the state as Appendix A is written in our data and answers, never null. */
  public String state() {
    return state;
  }

  /**
   * The subscription of this state name.
   *
   * @throws IllegalArgumentException when no state has that name
   */
  public static Subscription ofState(String state) {
    return Arrays.stream(values())
        .filter(subscription -> subscription.state.equals(state))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("no subscription state: " + state));
  }

  /** {@code none}, {@code to}, {@code from} or {@code both} (RFC 6121, section 2.1.2.5). */
  public String subscription() {
    if (to() && from()) {
      return "both";
    }
    return to() ? "to" : from() ? "from" : "none";
  }

  /** Whether we receive the peer's presence. */
  public boolean to() {
    return out == Half.PRESENT;
  }

  /** Whether the peer receives our presence: it was approved and is trusted. */
  public boolean from() {
    return in == Half.PRESENT;
  }

  /** Whether our request waits for the peer's answer. */
  public boolean pendingOut() {
    return out == Half.PENDING;
  }

  /** Whether the peer's request waits for our administrators. */
  public boolean pendingIn() {
    return in == Half.PENDING;
  }

  /** The same without a request of the peer's that waits for us. */
  Subscription withoutPendingIn() {
    return pendingIn() ? with(out, Half.ABSENT) : this;
  }

  /** The same without a request of ours that waits for the peer. */
  Subscription withoutPendingOut() {
    return pendingOut() ? with(Half.ABSENT, in) : this;
  }

  /** What a stanza from the peer does (Appendix A.3). */
  public Transition receive(SubscriptionStanza stanza) {
    return switch (stanza) {
      case SUBSCRIBE ->
          switch (in) {
            case ABSENT -> passing(this, with(out, Half.PENDING));
            case PENDING -> stopping(this);
            case PRESENT -> stopping(this).replying(SUBSCRIBED);
          };
      case UNSUBSCRIBE ->
          in == Half.ABSENT
              ? stopping(this)
              : passing(this, with(out, Half.ABSENT)).replying(UNSUBSCRIBED);
      case SUBSCRIBED -> pendingOut() ? passing(this, with(Half.PRESENT, in)) : stopping(this);
      case UNSUBSCRIBED ->
          out == Half.ABSENT ? stopping(this) : passing(this, with(Half.ABSENT, in));
    };
  }

  /** What a stanza that our administrators send does (Appendix A.2). */
  public Transition send(SubscriptionStanza stanza) {
    return switch (stanza) {
      case SUBSCRIBE -> passing(this, out == Half.ABSENT ? with(Half.PENDING, in) : this);
      case UNSUBSCRIBE -> passing(this, with(Half.ABSENT, in));
      case SUBSCRIBED ->
          switch (in) {
            case ABSENT -> stopping(this).forbidden().touching(PreApproval.SET);
            case PENDING -> passing(this, with(out, Half.PRESENT));
            case PRESENT -> stopping(this).forbidden();
          };
      case UNSUBSCRIBED ->
          in == Half.ABSENT
              ? stopping(this).touching(PreApproval.CANCELLED)
              : passing(this, with(out, Half.ABSENT));
    };
  }

  private static Subscription with(Half out, Half in) {
    return Arrays.stream(values())
        .filter(subscription -> subscription.out == out && subscription.in == in)
        .findAny()
        .orElseThrow();
  }
}
