package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StanzasTest {

  private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-27T10:00:00Z");

  private final Stanzas stanzas = new Stanzas(Clock.fixed(NOW.toInstant(), ZoneOffset.UTC));

  @Test
  void nothingIsSentUnderALeaseThatIsOver() throws Exception {
    assertEquals("montague.lit", stanzas.write(leasedUntil(NOW.plusSeconds(1))).getTo().toString());
    assertThrows(IllegalStateException.class, () -> stanzas.write(leasedUntil(NOW)));
  }

  private static Map<String, Object> leasedUntil(OffsetDateTime end) {
    return Map.of(
        "kind", "subscribed",
        "wire_id", "00000000-0000-0000-0000-000000000001",
        "domain", "capulet.lit",
        "recipient", "montague.lit",
        "leasedUntil", end);
  }
}
