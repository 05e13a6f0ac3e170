package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.serverroster.roster.Administrators;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

/** An address that is mended in the settings leaves no mail behind that is tried for ever. */
class AddresseesTest {

  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private final Addressees addressees =
      new Addressees(
          new LocalDomains(
              Map.of(
                  new Domain("capulet.lit"),
                  new Administrators(List.of("juliet@capulet.lit"), Set.of())),
              List.of("prince@verona.lit")),
          Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void whoIsNamedNoMoreAndCouldNotBeReachedIsGone() {
    assertTrue(addressees.areGone(row("juilet@capulet.lit", 3, Duration.ofHours(2))));
  }

  @Test
  void whoIsNamedStaysWhoeverLong() {
    assertFalse(addressees.areGone(row("juliet@capulet.lit", 300, Duration.ofDays(20))));
    assertFalse(addressees.areGone(row("prince@verona.lit", 300, Duration.ofDays(20))));
  }

  @Test
  void whatWasJustWrittenMayBeOfAReplicaWithNewerSettings() {
    assertFalse(addressees.areGone(row("nurse@capulet.lit", 3, Duration.ofMinutes(59))));
    assertFalse(addressees.areGone(row("nurse@capulet.lit", 0, Duration.ofDays(2))));
  }

  private static Map<String, Object> row(String recipient, int attempts, Duration age) {
    return Map.of(
        "domain",
        "capulet.lit",
        "recipient",
        recipient,
        "attempts",
        attempts,
        "created_at",
        NOW.minus(age).atOffset(ZoneOffset.UTC));
  }
}
