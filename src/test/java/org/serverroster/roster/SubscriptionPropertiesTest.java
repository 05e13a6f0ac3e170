package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Random histories of one side alone and of two servers that talk to each other. */
class SubscriptionPropertiesTest {

  /** One step of a history: who acts, or lets one stanza from the wire in. */
  enum Step {
    OURS_SENDS,
    THEIRS_SENDS,
    OURS_HEARS,
    THEIRS_HEARS
  }

  record Move(Step step, SubscriptionStanza stanza) {}

  @Property
  void randomHistoriesStayInTheNineStates(
      @ForAll @Size(max = 60) List<SubscriptionStanza> stanzas,
      @ForAll @Size(value = 60) List<Boolean> inbound) {
    Subscription state = Subscription.NONE;
    for (int i = 0; i < stanzas.size(); i++) {
      Transition step = inbound.get(i) ? state.receive(stanzas.get(i)) : state.send(stanzas.get(i));
      assertEquals(state, step.before());
      state = Subscription.ofState(step.after().state());
      assertFalse(state.to() && state.pendingOut(), "answered and waiting at once");
      assertFalse(state.from() && state.pendingIn(), "approved and waiting at once");
    }
  }

  @Property
  void aPeerIsTrustedOnlyAfterOurSideSaidSo(@ForAll @Size(max = 60) List<SubscriptionStanza> said) {
    Subscription state = Subscription.NONE;
    for (SubscriptionStanza stanza : said) {
      state = state.receive(stanza).after();
      assertFalse(state.from(), "nothing that a peer says makes it trusted (R3)");
    }
  }

  @Property
  void bothSidesMirrorEachOtherWhenNothingCrosses(
      @ForAll @Size(max = 80) List<SubscriptionStanza> stanzas,
      @ForAll @Size(value = 80) List<Boolean> ourTurn) {
    Side ours = new Side();
    Side theirs = new Side();
    for (int i = 0; i < stanzas.size(); i++) {
      if (ourTurn.get(i)) {
        ours.sends(stanzas.get(i), theirs);
      } else {
        theirs.sends(stanzas.get(i), ours);
      }
      letTheWireRunDry(ours, theirs);
      assertEquals(ours.state.to(), theirs.state.from(), "we see them");
      assertEquals(ours.state.from(), theirs.state.to(), "they see us");
      assertEquals(ours.state.pendingOut(), theirs.state.pendingIn(), "we wait for them");
      assertEquals(ours.state.pendingIn(), theirs.state.pendingOut(), "they wait for us");
    }
  }

  @Property
  void noSideSeesTheOtherUnapprovedHoweverStanzasCross(
      @ForAll @Size(max = 80) List<@From("moves") Move> history) {
    Side ours = new Side();
    Side theirs = new Side();
    for (Move move : history) {
      switch (move.step()) {
        case OURS_SENDS -> ours.sends(move.stanza(), theirs);
        case THEIRS_SENDS -> theirs.sends(move.stanza(), ours);
        case OURS_HEARS -> ours.hears(theirs);
        case THEIRS_HEARS -> theirs.hears(ours);
      }
    }
    letTheWireRunDry(ours, theirs);
    assertTrue(
        !theirs.state.to() || ours.state.from(),
        () -> "they see us, so we have approved them: " + ours + " " + theirs);
    assertTrue(
        !ours.state.to() || theirs.state.from(),
        () -> "we see them, so they have approved us: " + ours + " " + theirs);
  }

  private static void letTheWireRunDry(Side ours, Side theirs) {
    while (!ours.inbox.isEmpty() || !theirs.inbox.isEmpty()) {
      ours.hears(theirs);
      theirs.hears(ours);
    }
  }

  @Provide
  Arbitrary<Move> moves() {
    return Combinators.combine(Arbitraries.of(Step.class), Arbitraries.of(SubscriptionStanza.class))
        .as(Move::new);
  }

  /** One server with what is on its way to it, in order. */
  private static final class Side {
    Subscription state = Subscription.NONE;
    final Deque<SubscriptionStanza> inbox = new ArrayDeque<>();

    void sends(SubscriptionStanza stanza, Side other) {
      Transition transition = state.send(stanza);
      state = transition.after();
      if (transition.passes()) {
        other.inbox.add(stanza);
      }
    }

    void hears(Side other) {
      SubscriptionStanza stanza = inbox.poll();
      if (stanza == null) {
        return;
      }
      Transition transition = state.receive(stanza);
      state = transition.after();
      transition.reply().ifPresent(other.inbox::add);
    }

    @Override
    public String toString() {
      return state.state();
    }
  }
}
