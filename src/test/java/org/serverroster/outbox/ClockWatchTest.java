package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ClockWatchTest {

  private Instant time = Instant.parse("2026-11-25T12:00:00Z");
  private long nanos = -7;
  private final ClockWatch watch = new ClockWatch(new Clocks(), () -> nanos);

  @Test
  void timeThatGoesOnIsNoNews() {
    for (int i = 0; i < 10; i++) {
      passes(Duration.ofSeconds(1));
      assertFalse(watch.wasSetBack());
    }
    passes(Duration.ofHours(3)); // the machine was asleep
    assertFalse(watch.wasSetBack());
    time = time.plus(Duration.ofDays(1)); // set ahead: everything is due by itself
    assertFalse(watch.wasSetBack());
  }

  @Test
  void anHourBackIsSaidOnce() {
    passes(Duration.ofSeconds(1));
    time = time.minus(Duration.ofHours(1));
    assertTrue(watch.wasSetBack());
    passes(Duration.ofSeconds(1));
    assertTrue(watch.wasSetBack(), "until what was put off is due");
    watch.madeDue();
    assertFalse(watch.wasSetBack());
  }

  /** Whoever took them by the old clock may still be sending. */
  @Test
  void leasesAreTakenOnceWhenTheirHoldersHaveHadTheirTime() {
    passes(Departure.LONGEST_LEASE);
    assertTrue(watch.mayTakeLeases(), "of a clock that was set back before the start");
    assertEquals(
        time.plus(Duration.ofMinutes(10)).atOffset(ZoneOffset.UTC),
        watch.parameters().get("longestLease"),
        "another replica's clock may be ahead");
    watch.tookLeases();
    assertFalse(watch.mayTakeLeases());

    time = time.minus(Duration.ofHours(1));
    assertTrue(watch.wasSetBack());
    assertEquals(
        time.plus(Departure.LONGEST_LEASE).atOffset(ZoneOffset.UTC),
        watch.parameters().get("longestLease"));
    passes(Departure.LONGEST_LEASE.minusSeconds(1));
    assertFalse(watch.mayTakeLeases());
    passes(Duration.ofSeconds(1));
    assertTrue(watch.mayTakeLeases());
    assertTrue(watch.mayTakeLeases(), "the database may have been away");
    watch.tookLeases();
    assertFalse(watch.mayTakeLeases());
  }

  @Test
  void aCorrectionIsNoJump() {
    passes(Duration.ofSeconds(1));
    time = time.minus(Duration.ofSeconds(4));
    assertFalse(watch.wasSetBack());
  }

  private void passes(Duration duration) {
    time = time.plus(duration);
    nanos += duration.toNanos();
  }

  private final class Clocks extends Clock {
    @Override
    public Instant instant() {
      return time;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
