package org.serverroster.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Events and lines into files, commands from files, and everything that is no command. */
@QuarkusTestResource(value = Folders.class, restrictToAnnotatedClass = true)
abstract class CommandsInFolders extends Story {

  @Test
  void eventsAreFilesNamedByTheirIds() throws Exception {
    String peer = "filed.lit";
    asks(peer);
    patiently().until(() -> Folders.about(peer).size() >= 2);
    for (var event : Folders.about(peer)) {
      assertEquals(List.of(), Schemas.violations(event.toString()));
    }
  }

  @Test
  void peopleReadOneLineForEachThing() {
    String peer = "gossiped.lit";
    asks(peer);
    as("admin")
        .contentType("application/json")
        .body(Map.of("note", "no\nway \u202e\u20ac"))
        .post("/api/v1/domains/capulet.lit/peers/" + peer + "/deny")
        .then()
        .statusCode(200);
    patiently().until(() -> about(peer).size() == 2);
    assertEquals(
        List.of(
            "gossiped.lit asks to be trusted by capulet.lit. Open requests: https://roster.example/",
            "admin denied the request of gossiped.lit to be trusted by capulet.lit: no way \u20ac"),
        about(peer));
  }

  @Test
  void aFailureIsALineToo() {
    String peer = "undelivered.lit";
    House.smtp().stop();
    try {
      asks(peer);
      patiently()
          .until(
              () ->
                  about(peer).stream()
                      .anyMatch(
                          line ->
                              line.startsWith(
                                  "A mail about undelivered.lit could not be brought to"
                                      + " nurse@capulet.lit")));
    } finally {
      House.smtp().start();
    }
    mailboxes().await(NURSE, peer);
  }

  @Test
  void eachActionCanBeCommanded() throws Exception {
    String peer = "piped.lit";
    send("subscribe", Command.of("piped-1", "subscribe", peer).with("note", "ticket 1"));
    patiently().untilAsserted(() -> assertState(peer, "none+pending-out"));
    assertEquals(List.of("subscribe"), awaitTypesTo(peer, 1));
    tells(peer, "subscribed");
    asks(peer); // pre-approved by the command
    assertState(peer, "both");
    send("revoke", Command.of("piped-2", "revoke", peer));
    patiently().untilAsserted(() -> assertState(peer, "none"));
    send("block", Command.of("piped-3", "block", peer));
    patiently().until(() -> peer(peer).extract().path("blocked"));

    String actor =
        as("auditor")
            .get("/api/v1/domains/capulet.lit/peers/" + peer)
            .jsonPath()
            .getString("preApprovedBy");
    assertEquals(null, actor);
    assertTrue(
        Folders.about(peer).stream()
            .anyMatch(event -> event.at("/data/via").asText().equals("pipeline")));
  }

  @Test
  void whatIsNoCommandIsParkedAndNeverComesAgain() throws Exception {
    String peer = "poisoned.lit";
    asks(peer);
    Folders.command("1-text", "approve everybody".getBytes(UTF_8));
    Folders.command("2-empty", new byte[0]);
    Folders.command(
        "3-latin",
        Command.of("3", "deny", peer).with("note", "\u00e9").toString().getBytes(ISO_8859_1));
    Folders.command("4-huge", "[".repeat(1_000_000).getBytes(UTF_8));
    Folders.command("5-zero", "\0\0\0".getBytes(UTF_8));
    send("6-old", Command.of("6", "approve", peer).with("version", 0));
    send("7-surprise", Command.of("7", "approve", peer).with("quorum", 0));
    send("8-elsewhere", Command.of("8", "approve", peer).with("domain", "montague.lit"));
    send("9-ourselves", Command.of("9", "approve", "capulet.lit"));
    send("10-stranger", Command.of("10", "approve", peer).with("actor", "romeo@montague.lit"));
    send("99-good", Command.of("99", "deny", peer));

    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    patiently().untilAsserted(() -> assertEquals(List.of(), Folders.waiting()));
    patiently().until(() -> parked().size() >= 10);
    List<String> reasons = parked();
    for (String reason :
        List.of(
            "not JSON, or a field twice",
            "not a JSON object of the fields of the schema",
            "not UTF-8",
            "longer than 16384 bytes",
            "version 0 is not known: this program reads version 1",
            "there is a field that the schema does not have",
            "domain: this roster is not kept here",
            "peer: not the name of another server",
            "actor: neither a mail address nor a JID of an administrator of this domain")) {
      assertTrue(reasons.contains(reason), reason + " of " + reasons);
    }
    assertState(peer, "none");
    patiently().until(() -> answers("parked").size() >= 10);
    for (JsonNode answer : answers("parked")) {
      assertEquals(List.of(), Schemas.violations(answer.toString()));
    }
    for (String id : List.of("6", "7", "8", "9", "10")) {
      patiently().until(() -> outcomesOf(id).equals(List.of("parked")));
      assertEquals("approve", answersTo(id).get(0).at("/data/action").asText());
    }
  }

  /** The end of a command belongs to its endpoint, and to nothing that it only wakes. */
  @Test
  void aFolderFullOfCommandsIsDoneWith() throws Exception {
    for (int i = 0; i < 100; i++) {
      send("many-" + i, Command.of("many-" + i, "block", "many-" + i % 10 + ".lit"));
    }
    patiently().untilAsserted(() -> assertEquals(List.of(), Folders.waiting()));
  }

  @Test
  void anIdIsGoodForOneCommand() throws Exception {
    String peer = "repeated.lit";
    asks(peer);
    send("first", Command.of("rep-1", "deny", peer));
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    asks(peer);
    send("again", Command.of("rep-1", "deny", peer));
    send("other", Command.of("rep-1", "approve", peer));
    patiently().until(() -> parked().contains("id: it was used for another command before"));
    assertState(peer, "none+pending-in");
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
  }

  @Test
  void aParkedCommandIsJudgedAgainUnderItsId() throws Exception {
    String peer = "mended.lit";
    asks(peer);
    send("wrong", Command.of("mend-1", "deny", peer).with("actor", "romeo@montague.lit"));
    patiently().until(() -> parked("body", peer).size() == 1);
    send("right", Command.of("mend-1", "deny", peer));
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    patiently().until(() -> outcomesOf("mend-1").equals(List.of("done", "parked")));
    assertEquals(List.of(), parked("body", peer), "nobody has to look after it any more");
  }

  @Test
  void aRepeatIsAnsweredAgainAsTheFirstTime() throws Exception {
    String peer = "answered.lit";
    asks(peer);
    for (Command command :
        List.of(
            Command.of("told-1", "deny", peer),
            Command.of("told-2", "approve", "never-heard-of.lit"))) {
      String id = Schemas.tree(command.toString()).path("id").asText();
      send(id, command);
      patiently().until(() -> outcomesOf(id).size() == 1);
      JsonNode first = answersTo(id).get(0);
      Folders.lose(first);
      assertEquals(List.of(), answersTo(id));
      send(id, command);
      patiently().until(() -> outcomesOf(id).size() == 1);
      JsonNode again = answersTo(id).get(0);
      assertEquals(first.path("id"), again.path("id"), "a receiver knows it again");
      assertEquals(first.at("/data/outcome"), again.at("/data/outcome"));
      assertEquals(first.at("/data/reason"), again.at("/data/reason"));
      assertEquals(List.of(), Schemas.violations(again.toString()));
    }
    assertEquals(List.of("done"), outcomesOf("told-1"));
    assertEquals(List.of("refused"), outcomesOf("told-2"));
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
  }

  @Test
  void theSamePoisonIsKeptAndToldOnce() throws Exception {
    String peer = "drugged.lit";
    String unreadable = "{\"version\": 987654}";
    asks(peer);
    send("sweet", Command.of("sweet-1", "deny", peer));
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    for (int time = 1; time <= 3; time++) {
      Folders.command("bitter-" + time, unreadable.getBytes(UTF_8));
      send("sour-" + time, Command.of("sweet-1", "revoke", peer));
    }
    patiently().untilAsserted(() -> assertEquals(List.of(), Folders.waiting()));
    assertEquals(List.of(unreadable), parked("body", "987654"));
    assertEquals(1, parked("body", peer).size());
    patiently().until(() -> outcomesOf("sweet-1").equals(List.of("done", "parked")));
    patiently()
        .until(
            () ->
                answers("parked").stream()
                        .filter(answer -> answer.at("/data/reason").asText().contains("987654"))
                        .count()
                    == 1);
  }

  @Test
  void theParkedCommandsAreReadPageByPage() throws Exception {
    for (int i = 0; i < 5; i++) {
      send("paged-" + i, Command.of("paged-" + i, "deny", "paged.lit").with("version", 0));
    }
    patiently().until(() -> parked("body", "paged.lit").size() == 5);
    List<String> read = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      var page = as("auditor").get("/api/v1/commands/parked?limit=2&cursor=" + cursor).jsonPath();
      read.addAll(page.getList("commands.id", String.class));
      cursor = page.getString("next");
    }
    List<String> all =
        as("auditor").get("/api/v1/commands/parked?limit=500").jsonPath().getList("commands.id");
    assertEquals(all, read);
    for (String none : List.of("soon", "c29vbg", "MTAwMDAtMDEtMDFUMDA6MDA6MDBaIHg")) {
      as("auditor").get("/api/v1/commands/parked?cursor=" + none).then().statusCode(400);
    }
  }

  private static List<JsonNode> answersTo(String command) throws IOException {
    return Folders.all().stream()
        .filter(event -> event.at("/data/command").asText().equals(command))
        .toList();
  }

  /** How a command was answered, in the order of the words. */
  private static List<String> outcomesOf(String command) throws IOException {
    return answersTo(command).stream()
        .map(answer -> answer.at("/data/outcome").asText())
        .sorted()
        .toList();
  }

  private static List<JsonNode> answers(String outcome) throws IOException {
    return Folders.all().stream()
        .filter(event -> event.path("type").asText().equals("org.serverroster.command.answered.v1"))
        .filter(event -> event.at("/data/outcome").asText().equals(outcome))
        .toList();
  }

  private static void send(String name, Command command) throws IOException {
    Folders.command(name, command.toString().getBytes(UTF_8));
  }

  private static List<String> about(String peer) {
    return Folders.lines().stream().filter(line -> line.contains(peer)).toList();
  }

  /** That field of those parked commands in which the word is. */
  private static List<String> parked(String field, String word) {
    return as("auditor")
        .get("/api/v1/commands/parked?limit=500")
        .jsonPath()
        .getList(
            "commands.findAll { it.%1$s.contains('%2$s') }.%1$s".formatted(field, word),
            String.class);
  }

  private static List<String> parked() {
    return as("auditor")
        .get("/api/v1/commands/parked?limit=500")
        .jsonPath()
        .getList("commands.reason");
  }
}
