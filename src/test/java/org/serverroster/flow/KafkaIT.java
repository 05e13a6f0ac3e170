package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Events to a real Kafka, and signed commands from it. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = KafkaBroker.class, restrictToAnnotatedClass = true)
class KafkaIT extends Story {

  @Test
  void eventsAreThereInOrderUnderOneKey() {
    String peer = "topical.lit";
    asks(peer);
    tells(peer, "unsubscribe");
    asks(peer);
    patiently().until(() -> actions(peer).size() == 3);

    assertEquals(
        List.of("request-received", "request-withdrawn", "request-received"), actions(peer));
    Topic.events().forEach(event -> assertEquals(List.of(), Schemas.violations(event.value())));
    Topic.events()
        .forEach(
            event ->
                assertEquals(
                    "application/cloudevents+json; charset=UTF-8",
                    new String(
                        event.headers().lastHeader("content-type").value(), StandardCharsets.UTF_8),
                    "Kafka protocol binding of CloudEvents, 3.1: keys of headers count as they are"));
    assertEquals(
        1,
        Topic.events().stream()
            .filter(event -> event.key().equals("capulet.lit " + peer))
            .map(event -> event.partition())
            .distinct()
            .count());
  }

  @Test
  void whatHappensWhileTheBrokerIsAwayIsToldWhenItIsBack() throws Exception {
    asks("before-the-crash.lit");
    patiently().until(() -> actions("before-the-crash.lit").size() == 1);
    KafkaBroker.kafka().kill9();
    try {
      asks("while-away.lit");
      House.mailboxes().await(NURSE, "while-away.lit");
      patiently().until(() -> !receiver(EVENTS).equals("takes what it gets"));
      patiently().until(() -> !receiver(COMMANDS).equals("is there"));
      assertTrue(metrics().contains("\nroster_commands_up 0.0"));
      assertEquals(200, given().get("/q/health/ready").statusCode());
    } finally {
      KafkaBroker.kafka().start();
    }
    patiently().atMost(Duration.ofSeconds(60)).until(() -> receiver(COMMANDS).equals("is there"));
    assertTrue(metrics().contains("\nroster_commands_up 1.0"));
    patiently()
        .atMost(Duration.ofSeconds(60))
        .until(() -> actions("while-away.lit").equals(List.of("request-received")));
    assertEquals(List.of("request-received"), actions("before-the-crash.lit"));
  }

  @Test
  void anEventLargerThanItTakesIsParked() {
    String peer = "talkative.lit";
    asks(peer);
    as("admin")
        .contentType("application/json")
        .body(Map.of("note", "\u20ac".repeat(2000)))
        .post("/api/v1/domains/capulet.lit/peers/" + peer + "/deny")
        .then()
        .statusCode(200);
    asks("brief.lit");
    patiently().until(() -> actions("brief.lit").size() == 1);
    patiently()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                errors(peer).size() == 2
                    && errors(peer).stream()
                        .allMatch(e -> e.startsWith("RecordTooLargeException")));
  }

  @Test
  void aSignedCommandIsCarriedOutOnceAndAnswered() throws Exception {
    String peer = "commanded.lit";
    asks(peer);
    String approve = Command.of("chg-1", "approve", peer).toString();
    Topic.command(KafkaBroker.SECRET, approve);
    Topic.command(KafkaBroker.SECRET, approve);
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
    assertState(peer, "from+pending-out");
    Topic.command(KafkaBroker.SECRET, Command.of("chg-2", "approve", peer).toString());

    patiently().until(() -> answers(peer).size() == 2);
    assertEquals(
        List.of("done", "refused"),
        answers(peer).stream().map(answer -> answer.path("outcome").asText()).toList());
    assertEquals("from+pending-out", answers(peer).get(0).path("state").asText());
    assertEquals(NURSE, answers(peer).get(0).path("actor").asText());
    assertEquals(List.of("request-received", "request-approved"), actions(peer), "once");
  }

  @Test
  void whatNobodySignedIsParkedAndTheNextOneIsCarriedOut() throws Exception {
    String peer = "forged.lit";
    asks(peer);
    String approve = Command.of("forged", "approve", peer).toString();
    Topic.command(null, approve);
    Topic.command(Webhook.SECRET, approve);
    Topic.command(KafkaBroker.SECRET, Command.of("signed", "deny", peer).toString());

    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertState(peer, "none");
    List<String> reasons =
        as("auditor")
            .get("/api/v1/commands/parked")
            .jsonPath()
            .getList("commands.findAll { it.body.contains('forged') }.reason");
    assertEquals(1, reasons.size(), "the same text is kept once: " + reasons);
    assertTrue(reasons.get(0).startsWith("not signed"), reasons.get(0));
  }

  private static List<String> actions(String peer) {
    return data(peer, "roster.changed.v1").stream()
        .map(data -> data.path("action").asText())
        .toList();
  }

  private static List<JsonNode> answers(String peer) {
    return data(peer, "command.answered.v1");
  }

  private static List<JsonNode> data(String peer, String kind) {
    return Topic.about(peer).stream()
        .filter(event -> event.path("type").asText().equals("org.serverroster." + kind))
        .map(event -> event.path("data"))
        .toList();
  }

  private static List<String> errors(String peer) {
    return as("auditor")
        .get("/api/v1/events/dead-letters")
        .jsonPath()
        .getList("deadLetters.findAll { it.peer == '%s' }.lastError".formatted(peer));
  }
}
