package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandoversTest {

  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  private long nanos = Duration.ofHours(3).toNanos();
  private final Handovers handovers = new Handovers(() -> nanos);

  @Test
  void aCopyThatHasWaitedWhileOthersWentOnIsRefused() {
    Change copy = handedOver("montague.lit", 5L, 7L, Duration.ofSeconds(3));
    assertThrows(StaleHandoverException.class, () -> handovers.check(copy));
  }

  @Test
  void aLowerNumberThatHasNotWaitedIsThatOfAClockWhichWasSetBack() {
    Change fresh = handedOver("montague.lit", 5L, 7L, Duration.ofMillis(300));
    assertDoesNotThrow(() -> handovers.check(fresh));
  }

  @Test
  void whatHasWaitedForTheDatabaseIsHandledInItsOrder() {
    Duration long1 = Duration.ofMinutes(10);
    assertDoesNotThrow(() -> handovers.check(handedOver("montague.lit", 8L, 7L, long1)));
    assertDoesNotThrow(() -> handovers.check(handedOver("montague.lit", 7L, 7L, long1)));
    assertDoesNotThrow(() -> handovers.check(handedOver("montague.lit", 8L, null, long1)));
  }

  @Test
  void aStrangerIsRecognisedAsOftenAsATransactionFails() {
    Change passing = handedOver("montague.lit", 5L, null, Duration.ZERO);
    handovers.pass(passing);
    for (int attempt = 0; attempt < 2; attempt++) {
      Change ours = action("montague.lit", null);
      assertEquals(5L, handovers.recognise(ours).get("lastHandover"));
    }
    assertNull(handovers.recognise(action("tybalt.lit", null)).get("lastHandover"));
    assertEquals(9L, handovers.recognise(action("montague.lit", 9L)).get("lastHandover"));
  }

  private Change handedOver(String peer, Long number, Long last, Duration ago) {
    Change change =
        Change.fromPeer(
            new Domain("capulet.lit"),
            new Domain(peer),
            peer,
            SubscriptionStanza.UNSUBSCRIBED,
            NOW);
    change.put("handover", number);
    change.put("receivedAt", nanos - ago.toNanos());
    return last == null ? change.recall(null) : change.recall(row(last));
  }

  private static Change action(String peer, Long last) {
    return Change.action(Action.SUBSCRIBE, new Domain("capulet.lit"), new Domain(peer), NOW)
        .recall(row(last));
  }

  private static Map<String, Object> row(Long last) {
    Map<String, Object> row = new HashMap<>();
    row.put("state", "none");
    row.put("last_handover", last);
    return row;
  }
}
