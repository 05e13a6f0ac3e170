package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.LogLines;

class FailedStanzasTest {

  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

  private Instant now = NOW;
  private final FailedStanzas failed =
      new FailedStanzas(((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  @Test
  void whatComesAgainAndAgainIsALineAMinuteWithoutItsTrace() {
    try (LogLines log = new LogLines()) {
      for (int second = 0; second < 90; second++) {
        now = NOW.plusSeconds(second);
        failed.handleException(
            "Error processing exchange",
            from("evil" + second + ".lit\nforged"),
            new RuntimeException(
                new SQLException(
                    "permission denied\nfor table \u202epeer to evil" + second, "42501")));
      }
      failed.handleException(new IllegalStateException("something else"));
      assertEquals(
          List.of(
              "stanza-failed peer=evil0.lit forged because=SQLException: permission denied for table peer to evil0",
              "stanza-failed peer=evil60.lit forged because=SQLException: permission denied for table peer to evil60",
              "stanza-failed peer= because=IllegalStateException: something else"),
          log.lines());
      assertEquals(List.of(), log.traces());
    }
  }

  private static Exchange from(String peer) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext(false));
    exchange.getIn().setHeader("CamelXmppFrom", peer);
    return exchange;
  }
}
