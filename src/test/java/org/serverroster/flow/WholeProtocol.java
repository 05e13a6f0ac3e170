package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;

import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.flow.Mailboxes.Mail;

/** What two servers and their administrators do over the life of a trust, over XMPP, SMTP, HTTP. */
abstract class WholeProtocol extends Story {

  /** What is given back need not wait until its lease has ended. */
  private static final Duration LESS_THAN_A_LEASE = Duration.ofSeconds(20);

  @Test
  void anAdministratorAsksAPeerThatIsTrustedOnceItAsksBack() {
    String peer = "asked.lit";
    act(peer, "subscribe", Map.of("note", "they run the mail of Verona"))
        .statusCode(202)
        .body("state", equalTo("none+pending-out"))
        .body("preApproved", equalTo(true))
        .body("preApprovedBy", equalTo("admin"));
    assertEquals(List.of("subscribe"), awaitTypesTo(peer, 1));

    tells(peer, "subscribed");
    assertState(peer, "to");
    assertEquals(404, trusted(peer).statusCode());
    Mail accepted = notice(peer, "accepted the request");
    assertTrue(accepted.text().contains("may answer everybody"), accepted.text());

    asks(peer);

    assertEquals(List.of("subscribe", "subscribed", ""), awaitTypesTo(peer, 3));
    peer(peer).body("state", equalTo("both")).body("preApproved", equalTo(false));
    assertEquals(200, trusted(peer).statusCode());
    notice(peer, "had approved this request beforehand");
  }

  @Test
  void whatComesAfterAStanzaThatIsRefusedWaitsForItAndNoLonger() {
    String peer = "refused-first.lit";
    asks(peer);
    xmpp().refuseSends("internal-server-error", "wait");
    try {
      act(peer, "approve", Map.of()).statusCode(200);
      assertEquals(Set.of("subscribed"), Set.copyOf(awaitTypesTo(peer, 2)));
    } finally {
      xmpp().acknowledgeSends();
    }
    await()
        .atMost(LESS_THAN_A_LEASE)
        .untilAsserted(
            () ->
                assertEquals(
                    List.of("subscribed", "", "subscribe"), typesTo(peer).distinct().toList()));
    patiently().untilAsserted(() -> peer(peer).body("lastError", nullValue()));
    assertEquals(1, typesTo(peer).filter("subscribe"::equals).count(), "each once it may leave");
  }

  private static Stream<String> typesTo(String peer) {
    return sentTo(peer).stream().map(stanza -> stanza.getAttribute("type"));
  }

  @Test
  void aRequestThatIsHandedOverAgainAfterItsDenialIsNoNewOne() {
    String peer = "denied-unheard.lit";
    String request = presence(peer, "subscribe");
    String handover = xmpp().startHandOver(OURS, request);
    assertEquals("result", xmpp().awaitAnswer(handover).getAttribute("type"));
    act(peer, "deny", Map.of()).statusCode(200);

    xmpp().handOverAgain(handover, OURS, request);

    tells(peer, "unsubscribed"); // means nothing, and is taken after what came before
    assertState(peer, "none");
    asks(peer);
    assertState(peer, "none+pending-in");
  }

  /** Found by bin/fault-test: an answer that came to nothing denied a request of an hour later. */
  @Test
  void aStanzaWithoutEffectHasNoneWhenItIsHandedOverAgain() {
    String peer = "late-answer.lit";
    asks(peer);
    String answer = presence(peer, "unsubscribed");
    String handover = xmpp().startHandOver(OURS, answer);
    assertEquals("result", xmpp().awaitAnswer(handover).getAttribute("type"));
    assertState(peer, "none+pending-in");
    act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);

    xmpp().handOverAgain(handover, OURS, answer);

    tells(peer, "probe"); // means nothing here, and is taken after what came before
    assertState(peer, "none+pending-out+in");
  }

  /** Found by bin/fault-test: of a stranger nothing is written down. */
  @Test
  void aStrangersStanzaWithoutEffectHasNoneWhenItIsHandedOverAgain() {
    String peer = "late-stranger.lit";
    String answer = presence(peer, "unsubscribed");
    String handover = xmpp().startHandOver(OURS, answer);
    assertEquals("result", xmpp().awaitAnswer(handover).getAttribute("type"));
    act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);

    xmpp().handOverAgain(handover, OURS, answer);

    tells(peer, "probe"); // means nothing here, and is taken after what came before
    assertState(peer, "none+pending-out");
    tells(peer, "unsubscribed");
    assertState(peer, "none");
  }

  @Test
  void withoutPreApprovalTheirRequestIsAskedAbout() {
    String peer = "unticked.lit";
    act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);
    asks(peer);
    assertState(peer, "none+pending-out+in");
    mailboxes().await(NURSE, peer).link("approve");
    act(peer, "approve", Map.of()).statusCode(200).body("state", equalTo("from+pending-out"));
    assertEquals(List.of("subscribe", "subscribed", ""), awaitTypesTo(peer, 3));
  }

  @Test
  void aDenialEndsOurRequestAndItsPreApproval() {
    String peer = "refusing.lit";
    act(peer, "subscribe", Map.of()).statusCode(202);
    tells(peer, "unsubscribed");
    peer(peer).body("state", equalTo("none")).body("preApproved", equalTo(false));
    notice(peer, "denied the request");
    asks(peer);
    assertState(peer, "none+pending-in");
  }

  @ParameterizedTest
  @CsvSource({
    "remote-server-not-found, cancel",
    "remote-server-timeout, wait",
    "service-unavailable, cancel"
  })
  void anErrorIsShownAndToldOnceAndWeGoOnWaiting(String condition, String type) {
    String peer = condition + ".example";
    act(peer, "subscribe", Map.of()).statusCode(202);
    awaitTypesTo(peer, 1);
    String id = sentTo(peer).get(0).getAttribute("id");
    for (int i = 0; i < 3; i++) {
      fails(peer, id, condition, type);
    }
    peer(peer)
        .body("state", equalTo("none+pending-out"))
        .body("lastError", equalTo(condition))
        .body("nextAskAt", notNullValue());
    notice(peer, condition);
    fails(peer, id, "internal-server-error", "cancel");
    notice(peer, "internal-server-error");
    assertEquals(2, noticesAbout(peer).size());
    assertEquals(1, sentTo(peer).size(), "an error is never answered");

    tells(peer, "subscribed");
    peer(peer).body("state", equalTo("to")).body("lastError", nullValue());
  }

  @Test
  void errorsThatTakeTurnsAreToldOfThreeTimes() {
    String peer = "takes-turns.example";
    act(peer, "subscribe", Map.of()).statusCode(202);
    awaitTypesTo(peer, 1);
    String id = sentTo(peer).get(0).getAttribute("id");
    for (int i = 0; i < 4; i++) {
      fails(peer, id, "remote-server-not-found", "cancel");
      fails(peer, id, "remote-server-timeout", "wait");
    }
    peer(peer).body("lastError", equalTo("remote-server-timeout"));
    as("auditor")
        .get("/api/v1/audit?peer=" + peer)
        .then()
        .body("entries.action.findAll { it == 'peer-unreachable' }.size()", equalTo(3));
  }

  @Test
  void anOldStanzaOfABlockedPeerHasNoEffectWhenItComesAgainLater() {
    String peer = "blocked-then-asked.example";
    act(peer, "block", Map.of()).statusCode(200);
    String handOver = xmpp().startHandOver(OURS, presence(peer, "subscribed"));
    assertEquals("result", xmpp().awaitAnswer(handOver).getAttribute("type"));
    act(peer, "unblock", Map.of()).statusCode(200);
    act(peer, "subscribe", Map.of()).statusCode(202);
    xmpp().handOverAgain(handOver, OURS, presence(peer, "subscribed"));
    tells(peer, "unsubscribe"); // is handled behind it
    assertState(peer, "none+pending-out");
  }

  @Test
  void anErrorAboutAnythingElseIsNoAnswerToOurRequest() {
    String peer = "deaf.example";
    asks(peer);
    act(peer, "approve", Map.of()).statusCode(200);
    awaitTypesTo(peer, 3);
    fails(peer, sentTo(peer).get(1).getAttribute("id"), "service-unavailable", "cancel");
    peer(peer).body("state", equalTo("from+pending-out")).body("lastError", nullValue());
  }

  @Test
  void revokingEndsBothDirectionsInTheOrderOfTheStandard() {
    String peer = "revoked.lit";
    becomeFriends(peer);
    act(peer, "revoke", Map.of("note", "spam")).statusCode(200).body("state", equalTo("none"));
    assertEquals(
        List.of("unavailable", "unsubscribed", "unsubscribe"), awaitTypesTo(peer, 6).subList(3, 6));
    assertEquals(404, trusted(peer).statusCode());
    act(peer, "revoke", Map.of()).statusCode(409).body("detail", containsString("not trusted"));
  }

  @Test
  void unsubscribingEndsOneDirectionOnly() {
    String peer = "half.lit";
    becomeFriends(peer);
    act(peer, "unsubscribe", Map.of()).statusCode(200).body("state", equalTo("from"));
    assertEquals(List.of("unsubscribe"), awaitTypesTo(peer, 4).subList(3, 4));
    act(peer, "unsubscribe", Map.of()).statusCode(409);
    assertEquals(200, trusted(peer).statusCode());
  }

  @Test
  void aBlockedPeerIsDroppedAndCountedUntilItIsUnblocked() {
    String peer = "nuisance.lit";
    becomeFriends(peer);
    act(peer, "block", Map.of())
        .statusCode(200)
        .body("state", equalTo("none"))
        .body("blocked", equalTo(true));
    awaitTypesTo(peer, 6);
    act(peer, "block", Map.of()).statusCode(409);
    act(peer, "subscribe", Map.of()).statusCode(409).body("detail", containsString("unblock"));

    asks(peer);
    tells(peer, "unsubscribe");
    tells(peer, "probe");

    peer(peer).body("state", equalTo("none")).body("dropped", equalTo(2));
    act(peer, "unblock", Map.of()).statusCode(200).body("blocked", equalTo(false));
    act(peer, "unblock", Map.of()).statusCode(409);
    asks(peer);
    assertState(peer, "none+pending-in");
    assertEquals(6, sentTo(peer).size());
  }

  @Test
  void aStrangerCanBeBlockedBeforeItAsks() {
    act("notorious.lit", "block", Map.of()).statusCode(200);
    asks("notorious.lit");
    assertState("notorious.lit", "none");
  }

  @Test
  void denyingCanBlockAsWell() {
    String peer = "rude.lit";
    asks(peer);
    act(peer, "deny", Map.of("block", true, "note", "never again"))
        .statusCode(200)
        .body("blocked", equalTo(true))
        .body("deniedAt", notNullValue())
        .body("request", nullValue());
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
  }

  @Test
  void aDeniedPeerThatAsksAgainSoonIsListedButRaisesNoMail() {
    String peer = "insisting.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("deny"));

    asks(peer);

    peer(peer)
        .body("state", equalTo("none+pending-in"))
        .body("request.quiet", equalTo(true))
        .body("deniedAt", notNullValue());
    act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);
    awaitAllMailAbout(peer);
    assertEquals(1, mailboxes().asking(NURSE, peer).size());

    act(peer, "allow-again", Map.of())
        .statusCode(200)
        .body("request.quiet", equalTo(false))
        .body("deniedAt", nullValue());
    patiently().until(() -> mailboxes().asking(NURSE, peer).size() == 2);
    act(peer, "allow-again", Map.of()).statusCode(409);
    Browser.press(mailboxes().asking(NURSE, peer).get(1).link("approve"));
    assertState(peer, "from+pending-out");
  }

  @Test
  void aDecisionFollowsUpInTheThreadOfItsRequest() throws Exception {
    String peer = "threaded.lit";
    asks(peer);
    Mail first = mailboxes().await(NURSE, peer);
    tells(peer, "unsubscribe");
    Mail followUp = notice(peer, "took back its request");
    assertEquals(first.header("Message-ID"), followUp.header("In-Reply-To"));
    assertEquals(first.header("Message-ID"), followUp.header("References"));
    assertEquals("auto-generated", followUp.header("Auto-Submitted"));
    assertEquals("Re: " + first.message().getSubject(), followUp.message().getSubject());
  }

  @Test
  void probesAreAnsweredByState() {
    tells("stranger.lit", "probe");
    assertEquals(List.of("unsubscribed"), awaitTypesTo("stranger.lit", 1));
    as("admin").get("/api/v1/domains/capulet.lit/peers/stranger.lit").then().statusCode(404);

    becomeFriends("curious.lit");
    tells("curious.lit", "probe");
    assertEquals("", awaitTypesTo("curious.lit", 4).get(3));

    asks("early.lit");
    tells("early.lit", "probe");
    assertEquals(List.of("unsubscribed"), awaitTypesTo("early.lit", 1));
    assertState("early.lit", "none+pending-in");
  }

  @Test
  void whoIsThereIsKept() {
    String peer = "there.lit";
    becomeFriends(peer);
    peer(peer).body("online", equalTo(false));
    assertEquals("result", xmpp().handOver(OURS, available(peer)).getAttribute("type"));
    peer(peer).body("online", equalTo(true)).body("lastSeen", notNullValue());
    tells(peer, "unavailable");
    peer(peer).body("online", equalTo(false));

    asks("unknown-there.lit");
    xmpp().handOver(OURS, available("unknown-there.lit"));
    peer("unknown-there.lit").body("online", equalTo(false));
  }

  @Test
  void anUnaskedAnswerChangesNothing() {
    tells("eager.lit", "subscribed");
    as("admin").get("/api/v1/domains/capulet.lit/peers/eager.lit").then().statusCode(404);
    asks("eager.lit");
    tells("eager.lit", "subscribed");
    assertState("eager.lit", "none+pending-in");
    assertEquals(404, trusted("eager.lit").statusCode());
  }

  @Test
  void everyActionHasStatesThatForbidIt() {
    for (String action :
        List.of("approve", "deny", "revoke", "unsubscribe", "unblock", "allow-again")) {
      act("unheard-of.lit", action, Map.of())
          .statusCode(404)
          .contentType(containsString("problem"));
    }
    String peer = "forbidding.lit";
    act(peer, "subscribe", Map.of()).statusCode(202);
    for (String action : List.of("subscribe", "approve", "deny", "revoke", "unblock")) {
      act(peer, action, Map.of())
          .statusCode(409)
          .contentType(containsString("problem+json"))
          .body("detail", notNullValue());
    }
    assertState(peer, "none+pending-out");
    act(peer, "unsubscribe", Map.of()).statusCode(200).body("state", equalTo("none"));
    assertEquals(List.of("subscribe", "unsubscribe"), awaitTypesTo(peer, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "romeo@montague.lit",
        "montague.lit%2Forchard",
        "capulet.lit",
        "verona.lit",
        "%20",
        "127.0.0.1",
        "-x.lit",
        "a..lit"
      })
  void aPeerMustBeAnotherServer(String peer) {
    for (String action : List.of("subscribe", "block", "approve")) {
      as("admin")
          .urlEncodingEnabled(false)
          .post("/api/v1/domains/capulet.lit/peers/" + peer + "/" + action)
          .then()
          .statusCode(400)
          .contentType(containsString("problem+json"));
    }
  }

  @Test
  void senselessOrdersAreRefusedAndNothingChanges() {
    String path = "/api/v1/domains/capulet.lit/peers/orderly.lit/subscribe";
    for (String body :
        List.of(
            "{",
            "[]",
            "{\"note\": 7, \"x\": 1}",
            "{\"preApprove\": \"perhaps\"}",
            "{} {}",
            "null",
            "{\"reviewAfter\": \"soon\"}",
            "{\"reviewAfter\": \"-P1D\"}",
            "{\"note\": \"" + "x".repeat(2001) + "\"}",
            "{\"note\": \"a\\u0000b\"}")) {
      as("admin").contentType("application/json").body(body).post(path).then().statusCode(400);
    }
    as("admin").contentType("text/plain").body("{}").post(path).then().statusCode(400);
    as("admin").get(path.replace("/subscribe", "")).then().statusCode(404);
    given().post(path).then().statusCode(401);
    as("auditor").post(path).then().statusCode(403);
    as("admin").post(path.replace("capulet.lit/", "rome.lit/")).then().statusCode(404);
  }

  @Test
  void anotherSitesPageCannotAct() {
    String path = "/api/v1/domains/capulet.lit/peers/forged.lit/subscribe";
    as("admin").header("Sec-Fetch-Site", "cross-site").post(path).then().statusCode(403);
    as("admin").header("Origin", "https://evil.example").post(path).then().statusCode(403);
    as("admin").header("Origin", "https://roster.example").post(path).then().statusCode(202);
  }

  @Test
  void aDomainKnowsNothingOfAnothersPeers() {
    String peer = "shared.lit";
    String verona = "/api/v1/domains/verona.lit/peers/" + peer;
    act(peer, "subscribe", Map.of()).statusCode(202);
    as("admin").get(verona).then().statusCode(404);
    as("admin").post(verona + "/approve").then().statusCode(404);
    xmpp()
        .handOver(
            "verona.lit", "<presence from='%s' to='verona.lit' type='subscribe'/>".formatted(peer));
    as("admin").get(verona).then().body("state", equalTo("none+pending-in"));
    assertState(peer, "none+pending-out");
    xmpp()
        .handOver(
            "verona.lit",
            "<presence from='%s' to='verona.lit' type='subscribed'/>".formatted(peer));
    assertState(peer, "none+pending-out");
    mailboxes().await("escalus@verona.lit", peer);
    assertEquals(0, mailboxes().about(NURSE, peer).size());
    assertEquals(0, mailboxes().about(JULIET, peer).size());
  }

  static ValidatableResponse act(String peer, String action, Map<String, ?> order) {
    return as("admin")
        .contentType("application/json")
        .body(order)
        .post("/api/v1/domains/capulet.lit/peers/" + peer + "/" + action)
        .then();
  }

  /** Approved by us and by them. */
  static void becomeFriends(String peer) {
    asks(peer);
    act(peer, "approve", Map.of()).statusCode(200);
    awaitTypesTo(peer, 3);
    tells(peer, "subscribed");
    assertState(peer, "both");
  }

  static void fails(String peer, String id, String condition, String type) {
    String error =
        ("<presence from='%s' to='%s' type='error' id='%s'><error type='%s'>"
                + "<%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>")
            .formatted(peer, OURS, id, type, condition);
    assertEquals("result", xmpp().handOver(OURS, error).getAttribute("type"));
  }

  /**
   * The mails to one administrator about one peer leave in order: behind one more, none of those
   * that were written before can come. An error in answer to our request, which must be waiting,
   * tells everybody and leaves everything else as it is.
   */
  static void awaitAllMailAbout(String peer) {
    patiently().until(() -> typesTo(peer).anyMatch("subscribe"::equals));
    String request =
        sentTo(peer).stream()
            .filter(stanza -> stanza.getAttribute("type").equals("subscribe"))
            .reduce((one, next) -> next)
            .get()
            .getAttribute("id");
    fails(peer, request, "undefined-condition", "cancel");
    for (String administrator : List.of(NURSE, JULIET)) {
      notice(administrator, peer, "undefined-condition");
    }
  }

  static Mail notice(String peer, String words) {
    return notice(NURSE, peer, words);
  }

  private static Mail notice(String administrator, String peer, String words) {
    patiently()
        .until(() -> notices(administrator, peer).stream().anyMatch(m -> m.text().contains(words)));
    return notices(administrator, peer).stream()
        .filter(m -> m.text().contains(words))
        .findFirst()
        .get();
  }

  static List<Mail> noticesAbout(String peer) {
    return notices(NURSE, peer);
  }

  private static List<Mail> notices(String administrator, String peer) {
    return mailboxes().all().stream()
        .filter(
            mail -> mail.recipient().equals(administrator) && !mail.text().contains("/approval/"))
        .filter(mail -> mail.text().contains(peer + " ") || mail.text().contains(peer + "."))
        .toList();
  }

  private static String available(String peer) {
    return presence(peer, "").replace("type=''", "");
  }
}
