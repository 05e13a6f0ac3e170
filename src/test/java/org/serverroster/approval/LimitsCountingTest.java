package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.SubscriptionStanza;

/** The limits hold although not every request makes us count. */
class LimitsCountingTest {

  private static final int PENDING = 5000;
  private static final int OF_DAY = 20_000;

  private final Ticking clock = new Ticking();
  private int table;
  private int counted;

  @Test
  void aFloodStopsAtTheLimitWithFewCounts() {
    Limits limits = limits();
    for (int i = 0; i < 2 * PENDING; i++) {
      ask(limits);
      if (table < PENDING - 100) {
        assertTrue(counted <= 100, counted + " counts");
      }
    }
    assertEquals(PENDING, table);
  }

  @Test
  void anotherReplicaExceedsTheLimitByASixteenthAtMost() {
    Limits sleepy = limits();
    Limits busy = limits();
    ask(sleepy);
    for (int i = 0; i < 2 * PENDING; i++) {
      ask(busy);
    }
    assertEquals(PENDING, table);
    for (int i = 0; i < 2 * PENDING; i++) {
      ask(sleepy);
    }
    assertTrue(table <= PENDING + PENDING / 16, table + " requests");
  }

  @Test
  void whatWasCountedIsSoonOld() {
    Limits limits = limits();
    ask(limits);
    ask(limits);
    assertEquals(1, counted);
    clock.now = clock.now.plus(Duration.ofSeconds(11));
    ask(limits);
    assertEquals(2, counted);
  }

  @Test
  void eachLimitOfEachDomainIsToldOnceADay() {
    Limits limits = limits();
    assertTrue(limits.toTell().isEmpty());
    refuse(limits, "capulet.lit", "a.lit", "pending", 3);
    refuse(limits, "capulet.lit", "b.lit", "of-peer", 1);
    refuse(limits, "verona.lit", "c.lit", "pending", 1);
    List<Map<String, Object>> told = limits.toTell();
    assertEquals(3, told.size());
    assertTrue(told.stream().anyMatch(all -> all.get("detail").equals("pending so far: 3")));
    assertEquals(told, limits.toTell(), "until it is on its way");
    refuse(limits, "capulet.lit", "meanwhile.lit", "pending", 1);
    told.forEach(limits::told);
    assertTrue(limits.toTell().isEmpty());

    refuse(limits, "capulet.lit", "d.lit", "pending", 1_000);
    clock.now = clock.now.plus(Duration.ofHours(23));
    assertTrue(limits.toTell().isEmpty());
    clock.now = clock.now.plus(Duration.ofHours(2));
    told = limits.toTell();
    assertEquals(1, told.size());
    assertEquals("d.lit", told.get(0).get("peer"));
    assertEquals("pending so far: 1001", told.get(0).get("detail"));
  }

  @Test
  void whatAnotherReplicaHasToldIsKeptForTheNextDay() {
    Limits limits = limits();
    refuse(limits, "capulet.lit", "a.lit", "pending", 3);
    limits.toTell().forEach(limits::toldBefore);
    assertTrue(limits.toTell().isEmpty());
    clock.now = clock.now.plus(Duration.ofHours(2));
    assertEquals("pending so far: 3", limits.toTell().get(0).get("detail"));
  }

  private void refuse(Limits limits, String domain, String peer, String limit, int times) {
    for (int i = 0; i < times; i++) {
      Change change =
          Change.fromPeer(
              new Domain(domain), new Domain(peer), peer, SubscriptionStanza.SUBSCRIBE, clock.now);
      change.put("limit", limit);
      limits.refused(change);
    }
  }

  private Limits limits() {
    return new Limits(PENDING, OF_DAY, 50, clock);
  }

  /** A request as the routes weigh it, against a table that others may fill as well. */
  private void ask(Limits limits) {
    Change change =
        Change.fromPeer(
            Domain.of("capulet.lit"),
            Domain.of("montague.lit"),
            "montague.lit",
            SubscriptionStanza.SUBSCRIBE,
            clock.now);
    if (limits.mustCount(change)) {
      counted++;
      limits.count(change, Map.of("pending", table, "of_day", table));
    }
    limits.weigh(change);
    if (!change.is("refused")) {
      table++;
    }
  }

  private static final class Ticking extends Clock {
    private Instant now = Instant.parse("2026-11-22T00:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
