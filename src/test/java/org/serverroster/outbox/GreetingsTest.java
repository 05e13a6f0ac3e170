package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the peers are told that we are here. */
class GreetingsTest {

  private Instant now = Instant.parse("2026-11-28T12:00:00Z");
  private boolean up = true;
  private final Greetings greetings =
      new Greetings(
          null,
          null,
          () -> up,
          List.of("capulet.lit"),
          new Clock() {
            @Override
            public Instant instant() {
              return now;
            }

            @Override
            public ZoneOffset getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }
          });

  @Test
  void theyAreToldOnceThereIsAStream() {
    up = false;
    greetings.hear(3);
    assertFalse(greetings.mustGreet());
    up = true;
    assertTrue(greetings.mustGreet());
    assertTrue(greetings.isFirst());
    all();
    assertFalse(greetings.mustGreet());
    up = false;
    up = true;
    greetings.hear(3);
    assertFalse(greetings.mustGreet(), "they know");
  }

  @Test
  void theyAreToldAgainWhenTheStreamBrokeMeanwhile() {
    greetings.hear(0);
    greetings.begin();
    up = false;
    greetings.missed();
    up = true;
    greetings.greeted();
    assertTrue(greetings.mustGreet());
    all();
    assertFalse(greetings.mustGreet());
  }

  @Test
  void whatOneOfThemDoesNotTakeIsNoReason() {
    greetings.hear(0);
    greetings.begin();
    greetings.missed();
    greetings.greeted();
    assertFalse(greetings.mustGreet());
  }

  @Test
  void theyAreToldOtherwiseWhenAnotherReplicaHasSaidFarewell() {
    greetings.hear(0);
    all();
    greetings.hear(1);
    assertFalse(greetings.mustGreet(), "it is just saying so");
    now = now.plus(Duration.ofSeconds(9));
    greetings.hear(1);
    assertTrue(greetings.mustGreet());
    assertFalse(greetings.isFirst());
    all();
    assertFalse(greetings.mustGreet());
  }

  @Test
  void whoHasToldNobodyTakesNoLeave() {
    assertFalse(greetings.mustTakeLeave());
    greetings.hear(0);
    greetings.begin(); // some may have heard it
    assertTrue(greetings.mustTakeLeave());
    up = false;
    assertFalse(greetings.mustTakeLeave(), "another replica has the stream, and they are ours");
  }

  @Test
  void aFarewellEnds() {
    greetings.takeLeave();
    assertTrue(greetings.mayGoOn(null));
    now = now.plus(Duration.ofSeconds(5));
    assertFalse(greetings.mayGoOn(null));
  }

  private void all() {
    greetings.begin();
    greetings.greeted();
  }
}
