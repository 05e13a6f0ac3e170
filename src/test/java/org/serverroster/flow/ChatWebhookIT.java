package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Lines for people as chat services take them: {@code roster.notify.format=json}. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = ChatWebhook.class, restrictToAnnotatedClass = true)
class ChatWebhookIT extends Story {

  @Test
  void theLineIsTheTextOfAnObject() {
    asks("chatty.lit");
    patiently().until(() -> said("chatty.lit").size() == 1);
    assertEquals(
        "{\"text\":\"chatty.lit asks to be trusted by capulet.lit. Open requests: https://roster.example/\"}",
        said("chatty.lit").get(0).body());
    assertEquals(
        "application/json; charset=UTF-8",
        said("chatty.lit").get(0).header().apply("content-type"));
    UUID.fromString(said("chatty.lit").get(0).header().apply("webhook-id"));
  }

  private static List<Webhook.Post> said(String peer) {
    return Webhook.taken().stream().filter(post -> post.body().contains(peer)).toList();
  }
}
