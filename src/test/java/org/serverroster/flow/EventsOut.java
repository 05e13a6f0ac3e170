package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Webhook.Post;

/** What programs elsewhere are told, at an HTTP receiver. */
@QuarkusTestResource(value = Webhook.class, restrictToAnnotatedClass = true)
abstract class EventsOut extends Story {

  private static final String CHANGED = "org.serverroster.roster.changed.v1";
  private static final String OPENED = "org.serverroster.request.opened.v1";
  private static final String ENDED = "org.serverroster.request.ended.v1";
  private static final String SENT = "org.serverroster.delivery.sent.v1";

  private static final String FAILED = "org.serverroster.delivery.failed.v1";
  private static final String PRESENCE = "org.serverroster.presence.changed.v1";
  private static final String DEAD_LETTERS = "/api/v1/events/dead-letters";

  @AfterEach
  void everythingIsAsDocumented() {
    Webhook.takeAll();
    assertEquals(List.of(), Webhook.violations());
  }

  @Test
  void aWholeStoryIsTold() {
    String peer = "told.lit";
    asks(peer);
    Post received = Webhook.await(peer, CHANGED);
    Post opened = Webhook.await(peer, OPENED);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    Post ended = Webhook.await(peer, ENDED);

    JsonNode event = received.json();
    assertEquals("1.0", event.path("specversion").asText());
    assertEquals("xmpp:capulet.lit", event.path("source").asText());
    assertEquals("urn:server-roster:event:roster.changed.v1", event.path("dataschema").asText());
    assertEquals("capulet.lit told.lit", event.path("partitionkey").asText());
    assertEquals(
        "application/cloudevents+json; charset=UTF-8", received.header().apply("content-type"));
    assertEquals("request-received", received.data().path("action").asText());
    assertEquals("none+pending-in", received.data().path("state").asText());
    assertFalse(received.data().path("trusted").asBoolean());
    assertEquals(
        opened.data().path("request").asText(),
        ended.data().path("request").asText(),
        "one request");
    assertEquals("approved", ended.data().path("outcome").asText());
    assertEquals(NURSE, ended.data().path("actor").asText());
    House.patiently()
        .until(() -> changes(peer).equals(List.of("request-received", "request-approved")));
    House.patiently()
        .until(() -> sent(peer).containsAll(List.of("request", "subscribed", "subscribe")));
  }

  @Test
  void itsOrderAndIdsCanBeReliedUpon() {
    String peer = "ordered.lit";
    asks(peer);
    tells(peer, "unsubscribe");
    asks(peer);
    tells(peer, "unsubscribe");
    House.patiently().until(() -> changes(peer).size() == 4);

    assertEquals(
        List.of("request-received", "request-withdrawn", "request-received", "request-withdrawn"),
        changes(peer));
    List<String> sequences =
        Webhook.about(peer).stream().map(post -> post.json().path("sequence").asText()).toList();
    assertEquals(sequences.stream().sorted().toList(), sequences);
    List<String> ids = ids(peer).toList();
    assertEquals(ids.stream().distinct().toList(), ids);
  }

  @Test
  void whoKnowsTheSecretCanTellThatItIsFromUs() {
    String peer = "signed.lit";
    asks(peer);
    Post post = Webhook.await(peer, CHANGED);

    String id = post.header().apply("webhook-id");
    String time = post.header().apply("webhook-timestamp");
    String signature = post.header().apply("webhook-signature");
    assertEquals(post.json().path("id").asText(), id);
    assertEquals(StandardWebhooks.sign(Webhook.SECRET, id, time, post.body()), signature);
    assertTrue(Math.abs(Instant.now().getEpochSecond() - Long.parseLong(time)) < 300, time);
  }

  @Test
  void whatIsRefusedForGoodIsParkedAndTheRestGoesOn() {
    String peer = "refused.lit";
    Webhook.refuse("refused.lit\",\"request\"", 422); // its request.opened and request.ended
    int refused = Webhook.refused().size();
    double failures = failures();
    asks(peer);
    Webhook.await(peer, CHANGED);
    tells(peer, "unsubscribe");

    patientlyParked().until(() -> parked(peer).size() == 2);
    assertEquals(List.of("request-received", "request-withdrawn"), changes(peer));
    assertEquals(
        List.of("request.opened.v1", "request.ended.v1"),
        parked(peer).stream().map(d -> d.get("kind")).toList());
    Map<String, Object> dead = parked(peer).get(0);
    House.patiently() // each attempt, the last one too
        .untilAsserted(
            () -> assertEquals(Webhook.refused().size() - refused, failures() - failures));
    assertEquals("HTTP status 422", dead.get("lastError"));
    assertEquals(5, dead.get("attempts"));
    assertEquals("roster.events.uri", dead.get("recipient"));
    assertEquals(peer, ((Map<?, ?>) dead.get("content")).get("peer"));

    String retry = DEAD_LETTERS + "/" + dead.get("id") + "/retry";
    assertEquals(401, given().post(retry).statusCode());
    assertEquals(403, as("auditor").post(retry).statusCode());
    assertEquals(200, as("auditor").get(DEAD_LETTERS).statusCode());
    assertEquals(
        404, as("admin").post(DEAD_LETTERS + "/" + UUID.randomUUID() + "/retry").statusCode());
    assertEquals(404, as("admin").post(DEAD_LETTERS + "/x/retry").statusCode());
    Webhook.takeAll();
    assertEquals(202, as("admin").post(retry).statusCode());
    assertEquals(dead.get("id"), Webhook.await(peer, OPENED).json().path("id").asText());
    as("admin").post(DEAD_LETTERS + "/retry").then().statusCode(202);
    Webhook.await(peer, ENDED);
    assertEquals(List.of(), parked(peer));
  }

  @Test
  void aReceiverThatFailsGetsTheSameAgainInOrder() {
    String peer = "failing.lit";
    Webhook.refuse(peer, 503);
    asks(peer);
    tells(peer, "unsubscribe");
    House.patiently().until(() -> refusals(peer).size() >= 2);
    House.patiently().until(() -> receiver(EVENTS).contains("HTTP status 503"));
    assertEquals(
        200, given().get("/q/health/ready").statusCode(), "that is no reason not to serve");
    assertEquals(List.of(), Webhook.about(peer), "nothing overtakes");
    Webhook.takeAll();

    House.patiently().until(() -> Webhook.about(peer).size() >= 4);
    assertEquals(List.of("request-received", "request-withdrawn"), changes(peer));
    assertEquals(1, refusals(peer).stream().distinct().count(), "the first, again and again");
    assertEquals(refusals(peer).get(0), ids(peer).findFirst().orElseThrow());
    House.patiently().until(() -> receiver(EVENTS).contains("takes what it gets"));
  }

  @Test
  void aReceiverThatHangsHoldsUpNothingElse() {
    String peer = "hanging.lit";
    CountDownLatch silence = Webhook.hang();
    try {
      asks(peer);
      mailboxes().await(NURSE, peer);
      Browser.press(mailboxes().await(JULIET, peer).link("approve"));
      assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
      House.patiently().until(() -> receiver(EVENTS).contains("Timeout"));
    } finally {
      silence.countDown();
    }
    House.patiently().until(() -> changes(peer).contains("request-approved"));
    List<String> order =
        Webhook.about(peer).stream()
            .filter(post -> post.type().equals(CHANGED))
            .map(post -> post.json().path("id").asText())
            .distinct()
            .toList();
    assertEquals(2, order.size(), "at least once, and no third one");
  }

  @Test
  void anAnswerThatNeverEndsHoldsUpNoOtherPeer() {
    CountDownLatch drought = Webhook.drip("dripping");
    try {
      List<String> slow = List.of("dripping1.lit", "dripping2.lit", "dripping3.lit");
      slow.forEach(peer -> asks(peer));
      House.patiently().until(() -> slow.stream().noneMatch(p -> Webhook.about(p).isEmpty()));
      asks("prompt.lit");
      Webhook.await("prompt.lit", CHANGED);
      String first = ids("dripping1.lit").findFirst().orElseThrow();
      House.patiently().until(() -> ids("dripping1.lit").skip(1).findFirst().isPresent());
      assertEquals(1, ids("dripping1.lit").distinct().count(), "the first again, " + first);
    } finally {
      drought.countDown();
    }
    House.patiently().until(() -> changes("dripping3.lit").contains("request-received"));
  }

  @Test
  void aPeerThatComesAndGoesIsTold() {
    String peer = "present.lit";
    WholeProtocol.becomeFriends(peer);
    tells(peer, "available");
    House.patiently().until(() -> online(peer).equals(List.of(true)));
    tells(peer, "available");
    tells(peer, "unavailable");
    House.patiently().until(() -> online(peer).equals(List.of(true, false)));
  }

  @Test
  void aMailThatCannotLeaveIsToldOnce() {
    String peer = "unmailed.lit";
    House.smtp().stop();
    try {
      asks(peer);
      assertEquals("mail", Webhook.await(peer, FAILED).data().path("channel").asText());
    } finally {
      House.smtp().start();
    }
    House.patiently().until(() -> sent(peer).equals(List.of("request", "request")));
    assertEquals(
        2, Webhook.about(peer).stream().filter(post -> post.type().equals(FAILED)).count());
  }

  @Test
  void theSchemasAreServed() {
    as("auditor")
        .get("/api/v1/events/schemas/roster.changed.v1")
        .then()
        .statusCode(200)
        .body("'$id'", equalTo("urn:server-roster:event:roster.changed.v1"));
    as("auditor").get("/api/v1/events/schemas/command.v1").then().statusCode(200);
    as("auditor")
        .get("/api/v1/events/schemas/..%2F..%2Fapplication.properties")
        .then()
        .statusCode(404);
  }

  private static org.awaitility.core.ConditionFactory patientlyParked() {
    return House.patiently().atMost(Duration.ofSeconds(90));
  }

  private static double failures() {
    return metrics()
        .lines()
        .filter(line -> line.startsWith("roster_delivery_failures_total{channel=\"event\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static List<Map<String, Object>> parked(String peer) {
    return as("auditor")
        .get(DEAD_LETTERS)
        .jsonPath()
        .getList("deadLetters.findAll { it.peer == '%s' }".formatted(peer));
  }

  private static List<String> refusals(String peer) {
    return Webhook.refused().stream()
        .map(Post::json)
        .filter(event -> event.path("subject").asText().equals(peer))
        .map(event -> event.path("id").asText())
        .toList();
  }

  private static List<Boolean> online(String peer) {
    return Webhook.about(peer).stream()
        .filter(post -> post.type().equals(PRESENCE))
        .map(post -> post.data().path("online").asBoolean())
        .toList();
  }

  private static List<String> changes(String peer) {
    return Webhook.about(peer).stream()
        .filter(post -> post.type().equals(CHANGED))
        .map(post -> post.data().path("action").asText())
        .toList();
  }

  private static List<String> sent(String peer) {
    return Webhook.about(peer).stream()
        .filter(post -> post.type().equals(SENT))
        .map(post -> post.data().path("kind").asText())
        .toList();
  }

  private static Stream<String> ids(String peer) {
    return Webhook.about(peer).stream().map(post -> post.json().path("id").asText());
  }
}
