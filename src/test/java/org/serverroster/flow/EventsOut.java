package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Webhook.Post;

/** What programs elsewhere are told, at an HTTP receiver. */
@QuarkusTestResource(value = Webhook.class, restrictToAnnotatedClass = true)
abstract class EventsOut extends Story {

  private static final String CHANGED = "org.serverroster.roster.changed.v1";
  private static final String OPENED = "org.serverroster.request.opened.v1";
  private static final String ENDED = "org.serverroster.request.ended.v1";
  private static final String SENT = "org.serverroster.delivery.sent.v1";

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
