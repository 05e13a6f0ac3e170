package org.serverroster.xmpp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PulseTest {

  private long now = Duration.ofHours(-1).toNanos(); // nanoTime may be negative
  private final Pulse pulse = new Pulse(() -> now);

  @Test
  void whatIsReadInTimeHasJustArrived() {
    beatFor(3_000);
    assertEquals(now, pulse.arrival());
  }

  @Test
  void whatIsReadAfterAStandstillMayHaveWaitedSinceItsBeginning() {
    beatFor(3_000);
    long asleepSince = now;
    pass(12_000);
    assertEquals(asleepSince, pulse.arrival(), "read before the next beat");
    beatFor(10_000);
    assertEquals(asleepSince, pulse.arrival(), "it was behind something else");
    beatFor(5_100);
    assertEquals(now, pulse.arrival());
  }

  @Test
  void theFirstOfTwoStandstillsCounts() {
    beatFor(1_000);
    long asleepSince = now;
    pass(2_000);
    beatFor(1_000);
    pass(2_000);
    assertEquals(asleepSince, pulse.arrival());
  }

  private void beatFor(long millis) {
    for (long i = 0; i < millis; i += Pulse.MILLIS) {
      pass(Pulse.MILLIS);
      pulse.beat();
    }
  }

  private void pass(long millis) {
    now += Duration.ofMillis(millis).toNanos();
  }
}
