package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.serverroster.roster.Transition.Passage;
import org.serverroster.roster.Transition.PreApproval;

class SubscriptionTest {

  @ParameterizedTest(name = "{0} {1} in {2}")
  @CsvFileSource(resources = "/facts/rfc6121-appendix-a.csv", numLinesToSkip = 1)
  void followsAppendixA(
      String direction,
      String type,
      String state,
      String passage,
      String newState,
      String reply,
      String preApproval) {
    Subscription before = Subscription.ofState(state);
    SubscriptionStanza stanza = SubscriptionStanza.ofType(type).orElseThrow();

    Transition transition =
        switch (direction) {
          case "inbound" -> before.receive(stanza);
          case "outbound" -> before.send(stanza);
          default -> throw new IllegalArgumentException(direction);
        };

    assertEquals(before, transition.before());
    assertEquals(newState, transition.after().state());
    assertEquals(
        switch (passage) {
          case "must" -> Passage.MUST;
          case "should-not" -> Passage.SHOULD_NOT;
          case "must-not" -> Passage.MUST_NOT;
          default -> throw new IllegalArgumentException(passage);
        },
        transition.passage());
    assertEquals(
        Optional.ofNullable(reply).flatMap(SubscriptionStanza::ofType), transition.reply());
    assertEquals(
        preApproval == null
            ? PreApproval.UNTOUCHED
            : switch (preApproval) {
              case "sets-pre-approval" -> PreApproval.SET;
              case "cancels-pre-approval" -> PreApproval.CANCELLED;
              default -> throw new IllegalArgumentException(preApproval);
            },
        transition.preApproval());
  }

  @Test
  void theTableHasAllItsCells() throws Exception {
    try (var table = getClass().getResourceAsStream("/facts/rfc6121-appendix-a.csv")) {
      long cells =
          new String(table.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                  .lines()
                  .distinct()
                  .count()
              - 1;
      assertEquals(Subscription.values().length * SubscriptionStanza.values().length * 2, cells);
    }
  }

  @Test
  void namesAreReadBack() {
    for (Subscription subscription : EnumSet.allOf(Subscription.class)) {
      assertEquals(subscription, Subscription.ofState(subscription.state()));
    }
  }
}
