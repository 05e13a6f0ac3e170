package org.serverroster.dossier;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a peer's server is asked about itself, and what is kept of that. */
class DossierGathererTest {

  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private final DefaultCamelContext camel = new DefaultCamelContext();
  private boolean up = true;
  private DossierGatherer gatherer;

  @BeforeEach
  void start() {
    camel.start();
    ProducerTemplate template = camel.createProducerTemplate();
    gatherer = new DossierGatherer(template, () -> up, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void stop() {
    camel.stop();
  }

  @Test
  void whatAnsweredIsGoodForAnHourAndSilenceForFiveMinutes() {
    assertTrue(gatherer.isDue(null));
    assertFalse(gatherer.isDue(fetched("answers", 59)));
    assertTrue(gatherer.isDue(fetched("answers", 61)));
    assertFalse(gatherer.isDue(fetched("silent", 4)));
    assertTrue(gatherer.isDue(fetched("silent", 6)));
  }

  @Test
  void aReplicaWithoutAStreamAsksNobody() {
    up = false;
    assertFalse(gatherer.isDue(null));
    assertFalse(gatherer.isDue(fetched("answers", 61)));
  }

  @Test
  void whenTheStreamBreaksMeanwhileNothingIsKept() throws InterruptedException {
    up = false; // nobody answers, since there is no route to ask by either
    assertNull(gatherer.gather(Map.of("domain", "capulet.lit", "peer", "montague.lit")));
  }

  private static Map<String, Object> fetched(String reachability, long minutesAgo) {
    Map<String, Object> row = new HashMap<>();
    row.put("reachability", reachability);
    row.put("fetched_at", NOW.minusSeconds(60 * minutesAgo).atOffset(ZoneOffset.UTC));
    return row;
  }
}
