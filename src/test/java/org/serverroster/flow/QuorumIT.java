package org.serverroster.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.WholeProtocol.act;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two of the administrators must approve; one who denies suffices. */
@QuarkusIntegrationTest
@TestProfile(QuorumIT.Settings.class)
@QuarkusTestResource(value = Folders.class, restrictToAnnotatedClass = true)
@QuarkusTestResource(value = QuorumIT.Verona.class, restrictToAnnotatedClass = true)
class QuorumIT extends Story {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "roster.approval.quorum", "2",
          "roster.users.\"nurse@capulet.lit\".roles", "admin",
          "roster.users.\"nurse@capulet.lit\".password",
              "$2a$04$CR04zEJJtOXC1JxkXI9PB.JGb4/OJQKW6s4CQcpY6cymVklr2Ju8i");
    }
  }

  /** Each domain needs as many administrators as must approve; said after {@link House}. */
  public static class Verona implements QuarkusTestResourceLifecycleManager {
    @Override
    public int order() {
      return 1;
    }

    @Override
    public Map<String, String> start() {
      return Map.of(
          "roster.domain.\"verona.lit\".admins.mail", "escalus@verona.lit,prince@verona.lit");
    }

    @Override
    public void stop() {
      // nothing was started
    }
  }

  @Test
  void twoMustApprove() {
    String peer = "two.lit";
    asks(peer);
    String nurses = mailboxes().await(NURSE, peer).link("approve");
    Response first = Browser.press(nurses);

    assertEquals(200, first.statusCode());
    assertTrue(first.asString().contains("1 of 2 approvals"), first.asString());
    assertState(peer, "none+pending-in");
    peer(peer).body("request.approvals", equalTo(1));
    assertTrue(Browser.open(nurses).asString().contains("1 of 2 approvals"));

    String juliets = mailboxes().await(JULIET, peer).link("approve");
    assertTrue(Browser.open(juliets).asString().contains("1 of 2 approvals"));
    Browser.press(juliets);
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
    assertState(peer, "from+pending-out");
  }

  @Test
  void oneWhoApprovesTwiceIsOne() {
    String peer = "twice.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    asNurse(peer, "approve").statusCode(409).body("detail", containsString("1 of 2"));
    assertState(peer, "none+pending-in");
    act(peer, "approve", Map.of()).statusCode(409).body("detail", containsString("mail"));
    assertState(peer, "none+pending-in");
  }

  @Test
  void oneWhoDeniesSuffices() {
    String peer = "veto.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    Browser.press(mailboxes().await(JULIET, peer).link("deny"));
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertState(peer, "none");
  }

  @Test
  void aPreApprovalIsOneOfThem() {
    String peer = "expected.lit";
    asNurse(peer, "subscribe").statusCode(202).body("preApproved", equalTo(true));
    asks(peer);
    peer(peer).body("state", equalTo("none+pending-out+in")).body("request.approvals", equalTo(1));
    Browser.press(mailboxes().await(JULIET, peer).link("approve"));
    assertState(peer, "from+pending-out");

    act("unexpected.lit", "subscribe", Map.of())
        .statusCode(202)
        .body("preApproved", equalTo(false));
  }

  @Test
  void aCommandIsTheApprovalOfThePersonItNames() throws Exception {
    String peer = "ordered.lit";
    asks(peer);
    approvesByCommand("quorum-1", NURSE, peer);
    patiently().until(() -> answers(peer).size() == 1);
    assertEquals("done", answers(peer).get(0).path("outcome").asText());
    assertEquals("none+pending-in", answers(peer).get(0).path("state").asText());
    peer(peer).body("request.approvals", equalTo(1));

    approvesByCommand("quorum-2", NURSE, peer); // the same person with another id
    patiently().until(() -> answers(peer).size() == 2);
    assertEquals("refused", answers(peer).get(1).path("outcome").asText());
    assertState(peer, "none+pending-in");

    approvesByCommand("quorum-3", JULIET, peer);
    patiently().until(() -> answers(peer).size() == 3);
    assertEquals("from+pending-out", answers(peer).get(2).path("state").asText());
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
  }

  private static void approvesByCommand(String id, String actor, String peer) throws Exception {
    Command command = Command.of(id, "approve", peer).with("actor", actor);
    Folders.command(id, command.toString().getBytes(UTF_8));
  }

  private static List<JsonNode> answers(String peer) throws Exception {
    return Folders.about(peer).stream()
        .filter(event -> event.path("type").asText().equals("org.serverroster.command.answered.v1"))
        .map(event -> event.path("data"))
        .toList();
  }

  private static io.restassured.response.ValidatableResponse asNurse(String peer, String action) {
    return as(NURSE).post("/api/v1/domains/capulet.lit/peers/" + peer + "/" + action).then();
  }
}
