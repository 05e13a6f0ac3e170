package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events to a real Artemis, and commands from it, which lets only those in who may. */
abstract class Queued extends Story {

  @Test
  void eventsAreThereInOrderInOneGroup() throws Exception {
    String peer = "queued.lit";
    asks(peer);
    tells(peer, "unsubscribe");
    patiently().until(() -> actions(peer).size() == 2);

    assertEquals(List.of("request-received", "request-withdrawn"), actions(peer));
    for (TextMessage message : Artemis.events()) {
      assertEquals(List.of(), Schemas.violations(message.getText()));
      String key = Schemas.tree(message.getText()).path("partitionkey").asText();
      assertEquals(key, Artemis.group(message));
    }
  }

  @Test
  void whatHappensWhileTheBrokerIsAwayIsToldWhenItIsBack() throws Exception {
    Artemis.halt();
    asks("unqueued.lit");
    House.mailboxes().await(NURSE, "unqueued.lit");
    patiently().until(() -> receiver(COMMANDS).equals("the broker cannot be connected to"));
    assertTrue(metrics().contains("\nroster_commands_up 0.0"));
    Artemis.run();
    patiently().atMost(Duration.ofSeconds(60)).until(() -> receiver(COMMANDS).equals("is there"));
    patiently()
        .atMost(Duration.ofSeconds(90))
        .ignoreExceptions()
        .until(() -> actions("unqueued.lit").equals(List.of("request-received")));
  }

  @Test
  void aCommandIsCarriedOutAndAPoisonedOneHoldsUpNothing() throws Exception {
    String peer = "ordered-about.lit";
    asks(peer);
    Artemis.object(new ArrayList<>(List.of("approve " + peer)));
    assertThrows(
        JMSException.class,
        () -> Artemis.strangersCommand(Command.of("no-login", "approve", peer).toString()));
    Artemis.command("approve " + peer);
    Artemis.command(Command.of("old", "approve", peer).with("version", 0).toString());
    Artemis.command(
        Command.of("stranger", "approve", peer).with("actor", "tybalt@capulet.lit").toString());
    Artemis.command(Command.of("jms-1", "deny", peer).toString());

    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertState(peer, "none");
    patiently().until(() -> Artemis.commandsWaiting() == 0);
    assertEquals(0, Artemis.replies(), "no message says where we send anything");
    List<String> reasons =
        as("auditor")
            .get("/api/v1/commands/parked")
            .jsonPath()
            .getList("commands.findAll { it.body.contains('ordered-about') }.reason");
    assertTrue(
        as("auditor")
            .get("/api/v1/commands/parked")
            .jsonPath()
            .getList("commands.reason")
            .contains("neither a text nor a bytes message"));
    assertEquals(
        List.of(
            "actor: neither a mail address nor a JID of an administrator of this domain",
            "not JSON, or a field twice",
            "version 0 is not known: this program reads version 1"),
        reasons.stream().sorted().toList());
  }

  private static List<String> actions(String peer) throws JMSException {
    List<String> actions = new ArrayList<>();
    for (TextMessage message : Artemis.events()) {
      JsonNode event = Schemas.tree(message.getText());
      if (event.path("subject").asText().equals(peer)
          && event.path("type").asText().equals("org.serverroster.roster.changed.v1")) {
        actions.add(event.at("/data/action").asText());
      }
    }
    return actions;
  }
}
