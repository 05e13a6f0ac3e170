package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.LogLines;

/** The stream is well, and the server takes no stanzas over: its module is not loaded, say. */
@QuarkusTest
class NothingTakenOverTest extends Story {

  private static final List<String> PEERS = List.of("first.lit", "second.lit", "third.lit");

  @AfterEach
  void allIsWell() {
    xmpp().acknowledgeSends();
  }

  @Test
  void isToldOnceAndSeenAndWhatWaitedLeaves() {
    PEERS.forEach(peer -> asks(peer));
    try (LogLines log = new LogLines()) {
      xmpp().refuseSends("service-unavailable", "cancel");
      PEERS.forEach(peer -> WholeProtocol.act(peer, "approve", Map.of()).statusCode(200));
      patiently().until(() -> said() != null);
      patiently().until(() -> failures() >= 6);
      assertEquals(1, lines(log, "xmpp-server-away"));
      assertEquals(0, lines(log, "postponed"));
      assertEquals("capulet.lit refused the stanza: service-unavailable", said().split(": ", 2)[1]);
      xmpp().acknowledgeSends();
      PEERS.forEach(peer -> awaitTypesTo(peer, 3));
      patiently().until(() -> said() == null);
      assertEquals(1, lines(log, "xmpp-server-back"));
    }
  }

  private static double failures() {
    return metrics()
        .lines()
        .filter(line -> line.startsWith("roster_delivery_failures_total{channel=\"xmpp\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static long lines(LogLines log, String word) {
    return log.lines().stream().filter(line -> line.startsWith(word + " ")).count();
  }

  /** What readiness says of our domain, null for nothing. */
  private static String said() {
    return given()
        .get("/q/health/ready")
        .jsonPath()
        .getString("checks.find { it.name == 'xmpp-server' }.data.'capulet.lit'");
  }
}
