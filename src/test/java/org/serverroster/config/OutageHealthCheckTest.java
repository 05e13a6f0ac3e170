package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class OutageHealthCheckTest {

  private static final Clock BEGAN =
      Clock.fixed(Instant.parse("2026-11-25T10:00:00Z"), ZoneOffset.UTC);

  private final Outage outage = new Outage(BEGAN, null);

  @Test
  void withoutAnOutageThereIsNothingToSay() {
    HealthCheckResponse answer = after(Duration.ofHours(1));
    assertEquals(Status.UP, answer.getStatus());
    assertEquals(Map.of(), answer.getData().orElse(Map.of()));
  }

  @Test
  void whatPassesIsSaidAndNoMore() {
    outage.isAway(new SQLException("deadlock", "40P01"));
    HealthCheckResponse answer = after(Duration.ofSeconds(9));
    assertEquals(Status.UP, answer.getStatus());
    assertEquals(
        Map.of("since", "2026-11-25T10:00:00Z", "because", "SQLException: deadlock"),
        answer.getData().orElseThrow());
  }

  @Test
  void whatLastsTakesItOutOfUseUntilItIsOver() {
    outage.isAway(new SQLException("no space left on device", "53100"));
    assertEquals(Status.DOWN, after(Duration.ofSeconds(10)).getStatus());
    outage.cameBack();
    assertEquals(Status.UP, after(Duration.ofSeconds(11)).getStatus());
  }

  private HealthCheckResponse after(Duration time) {
    return new OutageHealthCheck(outage, Clock.offset(BEGAN, time)).call();
  }
}
