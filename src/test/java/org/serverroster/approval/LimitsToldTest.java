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

/** What the administrators are told of refused requests, and how often. */
class LimitsToldTest {

  private Instant now = Instant.parse("2026-11-25T12:00:00Z");
  private final Clock clock =
      new Clock() {
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
      };
  private final Limits limits = new Limits(1, 1, 1, clock);

  @Test
  void eachLimitOfEachDomainIsToldOnceADay() {
    assertTrue(limits.toTell().isEmpty());
    refuse("capulet.lit", "a.lit", "pending", 3);
    refuse("capulet.lit", "b.lit", "of-peer", 1);
    refuse("verona.lit", "c.lit", "pending", 1);
    List<Map<String, Object>> told = limits.toTell();
    assertEquals(3, told.size());
    assertTrue(
        told.stream().anyMatch(refusal -> refusal.get("detail").equals("pending so far: 3")));
    assertEquals(told, limits.toTell(), "until it is on its way");
    told.forEach(limits::told);
    assertTrue(limits.toTell().isEmpty());

    refuse("capulet.lit", "d.lit", "pending", 1_000);
    now = now.plus(Duration.ofHours(23));
    assertTrue(limits.toTell().isEmpty());
    now = now.plus(Duration.ofHours(2));
    told = limits.toTell();
    assertEquals(1, told.size());
    assertEquals("d.lit", told.get(0).get("peer"));
    assertEquals("pending so far: 1000", told.get(0).get("detail"));
  }

  private void refuse(String domain, String peer, String limit, int times) {
    for (int i = 0; i < times; i++) {
      Change change =
          Change.fromPeer(new Domain(domain), new Domain(peer), peer, "subscribe", clock.instant());
      change.put("limit", limit);
      limits.refused(change);
    }
  }
}
