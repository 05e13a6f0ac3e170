package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is measured, and that nothing of a stranger is in it. */
@QuarkusIntegrationTest
class MetricsIT extends Story {

  private static final String PEER = "measured-friend.lit";

  @BeforeEach
  void oneRequestIsApprovedAndOneLinkGuessed() {
    if (as("admin").get("/api/v1/domains/capulet.lit/peers/" + PEER).statusCode() == 404) {
      asks(PEER);
      patiently().until(() -> mailboxes().about(NURSE, PEER).size() == 1);
      WholeProtocol.act(PEER, "approve", Map.of()).statusCode(200);
      awaitTypesTo(PEER, 3);
      given().get("/approval/measured-token-of-a-stranger");
      asks("measured-waiting.lit");
    }
  }

  @Test
  void eachStepIsMeasured() {
    patiently()
        .untilAsserted(
            () -> {
              assertTrue(value("roster_stanzas_total", "type=\"subscribe\"") >= 1);
              assertTrue(value("roster_decisions_total", "outcome=\"request-approved\"") >= 1);
              assertTrue(
                  value("roster_request_to_decision_seconds_count", "outcome=\"approved\"") >= 1);
              assertTrue(value("roster_delivery_seconds_count", "kind=\"subscribed\"") >= 1);
              assertTrue(value("roster_delivery_seconds_count", "channel=\"mail\"") >= 1);
              assertEquals(1, value("roster_stream_up", ""));
              assertEquals(1, value("roster_stream_state", "state=\"authenticated\""));
              assertTrue(value("roster_stream_stanzas_total", "outcome=\"received\"") >= 1);
              assertTrue(value("roster_requests_open", "") >= 1);
              assertEquals(0, value("roster_outbox_rows", "channel=\"xmpp\""));
            });
  }

  @Test
  void aMailThatCannotLeaveIsCounted() {
    double before = value("roster_delivery_failures_total", "channel=\"mail\"");
    House.smtp().stop();
    try {
      asks("measured-unmailed.lit");
      patiently().until(() -> value("roster_delivery_failures_total", "channel=\"mail\"") > before);
    } finally {
      House.smtp().start();
    }
  }

  @Test
  void nothingOfAStrangerIsALabel() {
    String metrics = metrics();
    assertFalse(metrics.contains("measured-"), "neither a peer nor a token");
    assertFalse(metrics.contains("capulet"));
  }

  @Test
  void theAlertsAndTheDashboardNameWhatIsThere() throws IOException {
    // A counter is there once something was counted.
    Set<String> counted = Set.of("roster_delivery_failures_total");
    String metrics = metrics();
    Set<String> missing = new TreeSet<>();
    for (String file :
        List.of("prometheus/server-roster.rules.yaml", "grafana/server-roster.json")) {
      Matcher name =
          Pattern.compile("\\b(roster|jvm)_[a-z_]+")
              .matcher(Files.readString(Path.of("deploy", file)));
      while (name.find()) {
        if (!counted.contains(name.group()) && !metrics.contains("\n" + name.group())) {
          missing.add(name.group());
        }
      }
    }
    assertEquals(Set.of(), missing);
  }

  private static double value(String name, String label) {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name) && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
