package org.serverroster.roster;

import java.util.Optional;

/**
 * What one subscription stanza does to a subscription: one cell of RFC 6121, Appendix A.
 *
 * @param before the state in which the stanza met the subscription
 * @param after the state that it leaves, possibly the same
 * @param passage whether the stanza goes on: outbound, to the peer; inbound, to the administrators
 * @param reply what the server answers by itself, without asking anybody
 * @param preApproval what an outbound stanza does to the pre-approval of the peer (section 3.4)
 */
public record Transition(
    Subscription before,
    Subscription after,
    Passage passage,
    Optional<SubscriptionStanza> reply,
    PreApproval preApproval) {

  /** The words of the table's column "route" or "deliver". */
  public enum Passage {
    MUST,
    SHOULD_NOT,
    MUST_NOT
  }

  /** The effect on a pre-approval; inbound stanzas have none. */
  public enum PreApproval {
    UNTOUCHED,
    SET,
    CANCELLED
  }

  /** Whether the stanza goes on its way. */
  public boolean passes() {
    return passage == Passage.MUST;
  }

  static Transition passing(Subscription before, Subscription after) {
    return new Transition(before, after, Passage.MUST, Optional.empty(), PreApproval.UNTOUCHED);
  }

  static Transition stopping(Subscription state) {
    return new Transition(
        state, state, Passage.SHOULD_NOT, Optional.empty(), PreApproval.UNTOUCHED);
  }

  Transition replying(SubscriptionStanza stanza) {
    return new Transition(before, after, passage, Optional.of(stanza), preApproval);
  }

  Transition forbidden() {
    return new Transition(before, after, Passage.MUST_NOT, reply, preApproval);
  }

  Transition touching(PreApproval effect) {
    return new Transition(before, after, passage, reply, effect);
  }
}
