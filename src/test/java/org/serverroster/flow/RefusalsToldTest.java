package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.serverroster.roster.Change;

/**
 * The administrators are told once a day of each limit, whoever refuses and whoever has restarted.
 */
@QuarkusTest
class RefusalsToldTest extends Story {

  private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-28T10:00:00Z");

  @Inject ProducerTemplate template;
  @Inject Clock clock;

  @Test
  void aSecondReplicaOrARestartTellsNobodyAgain() {
    assertEquals(1, told("requests-per-day so far: 3", NOW));
    assertEquals(0, told("requests-per-day so far: 9", NOW.plusHours(23)));
    assertEquals(1, told("requests-per-day so far: 12", NOW.plusHours(25)));
    assertEquals(1, told("requests-per-day so far: 13", NOW.minusYears(1)), "a clock was ahead");
    patiently().until(() -> mails("12") == 1);
    assertEquals(1, mails("3"));
    assertEquals(0, mails("9"));
  }

  /**
   * A column has microseconds and is rounded; where a clock has more, half of them came too early.
   */
  @Test
  void howeverFineTheClockIsTheFirstTimeIsTold() {
    for (int i = 0; i < 20; i++) {
      assertEquals(1, told("limit-" + i, "so far: 1", Change.utc(clock.instant())), "limit " + i);
    }
  }

  private int told(String detail, OffsetDateTime now) {
    return told("requests-per-day", detail, now);
  }

  private int told(String limit, String detail, OffsetDateTime now) {
    Map<String, Object> refusal =
        Map.of(
            "domain",
            "capulet.lit",
            "peer",
            "montague.lit",
            "limit",
            limit,
            "detail",
            detail,
            "now",
            now,
            "dayAgo",
            now.minusDays(1),
            "dayAhead",
            now.plusDays(1));
    return template
        .request("direct:write-refusal", exchange -> exchange.setProperty("refusal", refusal))
        .getProperty("isTold", Integer.class);
  }

  private static long mails(String count) {
    return mailboxes().all().stream()
        .filter(mail -> mail.recipient().equals(NURSE))
        .filter(mail -> mail.text().contains("requests-per-day so far: " + count + "."))
        .count();
  }
}
