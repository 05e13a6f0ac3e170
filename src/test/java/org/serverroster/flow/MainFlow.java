package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.xmpp;
import static org.serverroster.flow.WholeProtocol.act;
import static org.serverroster.flow.WholeProtocol.awaitAllMailAbout;

import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Mailboxes.Mail;
import org.w3c.dom.Element;

/** The product's one sentence over HTTP, SMTP and XMPP: asked, mailed, decided, answered, kept. */
abstract class MainFlow extends Story {

  @Test
  void anApprovedPeerIsToldAskedAndTrusted() throws Exception {
    String peer = "approved.lit";
    asks(peer, "id='the-request'");

    Mail mail = mailboxes().await(NURSE, peer);
    mailboxes().await(JULIET, peer);
    assertEquals("auto-generated", mail.header("Auto-Submitted"));
    assertEquals(peer + " asks to be trusted by " + OURS, mail.message().getSubject());
    assertTrue(mail.html().contains("/approval/"), mail.html());
    assertTrue(mail.text().contains(OURS));
    assertState(peer, "none+pending-in");
    assertEquals(404, trusted(peer).statusCode());

    Response done = Browser.press(mail.link("approve"));

    assertEquals(200, done.statusCode());
    assertTrue(done.asString().contains("You approved " + peer), done.asString());
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
    sentTo(peer)
        .forEach(
            stanza -> {
              assertNotEquals("the-request", stanza.getAttribute("id"), "a fresh id");
              assertFalse(stanza.getAttribute("id").isEmpty());
              assertFalse(stanza.hasAttribute("from"), "the shim stamps it");
            });
    assertState(peer, "from+pending-out");
    trusted(peer).then().statusCode(200).body("trusted", equalTo(true));

    tells(peer, "subscribed");
    assertState(peer, "both");
  }

  @Test
  void aDeniedPeerIsToldAndNotTrusted() {
    String peer = "denied.lit";
    asks(peer);

    Response done = Browser.press(mailboxes().await(JULIET, peer).link("deny"));

    assertEquals(200, done.statusCode());
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertState(peer, "none");
    peer(peer).body("deniedAt", notNullValue()).body("request", nullValue());
    trusted(peer).then().statusCode(404).body("trusted", equalTo(false));
  }

  @Test
  void aPeerThatAsksAgainAndAgainIsOneRequestAndOneMailEach() {
    String peer = "impatient.lit";
    asks(peer);
    String request = peer(peer).extract().path("request.id");
    for (int i = 0; i < 5; i++) {
      asks(peer);
    }
    asks("IMPATIENT.lit.");

    assertEquals(request, peer(peer).extract().<String>path("request.id"));
    as("auditor")
        .get("/api/v1/audit?peer=" + peer)
        .then()
        .body("entries.action", equalTo(List.of("request-received")));
    act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);
    awaitAllMailAbout(peer);
    assertEquals(1, mailboxes().asking(NURSE, peer).size());
    assertEquals(1, mailboxes().asking(JULIET, peer).size());
  }

  @Test
  void aTrustedPeerThatAsksAgainIsAnsweredAtOnce() {
    String peer = "forgetful.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    awaitTypesTo(peer, 3);

    asks(peer);

    assertEquals(List.of("subscribed", "", "subscribe", "subscribed", ""), awaitTypesTo(peer, 5));
    assertState(peer, "from+pending-out");
    assertEquals(1, mailboxes().about(NURSE, peer).size());
  }

  @Test
  void aWithdrawnRequestLeavesNothingToDecide() {
    String peer = "fickle.lit";
    asks(peer);
    String link = mailboxes().await(NURSE, peer).link("approve");
    Map<String, String> form = Browser.form(Browser.open(link));

    tells(peer, "unsubscribe");

    assertState(peer, "none");
    Response late = Browser.submit(link, form);
    assertEquals(409, late.statusCode());
    assertTrue(late.asString().contains("withdrawn"), late.asString());
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertEquals(410, Browser.open(link).statusCode());
  }

  @Test
  void aRevokedTrustIsFollowed() {
    String peer = "turncoat.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    tells(peer, "subscribed");
    assertState(peer, "both");

    tells(peer, "unsubscribed");
    assertState(peer, "from");
    tells(peer, "unsubscribe");

    assertState(peer, "none");
    assertEquals(
        List.of("subscribed", "", "subscribe", "unavailable", "unsubscribed"),
        awaitTypesTo(peer, 5));
    trusted(peer).then().statusCode(404);
  }

  @Test
  void oneLinkDecidesAndItsSiblingsSayWhoDidWhatAndWhen() {
    String peer = "siblings.lit";
    asks(peer);
    String nurses = mailboxes().await(NURSE, peer).link("approve");
    String juliets = mailboxes().await(JULIET, peer).link("deny");
    Map<String, String> julietsForm = Browser.form(Browser.open(juliets));
    Map<String, String> nursesForm = Browser.form(Browser.open(nurses));

    assertEquals(200, Browser.submit(nurses, nursesForm).statusCode());

    for (String link : List.of(nurses, juliets)) {
      Response used = Browser.open(link);
      assertEquals(410, used.statusCode());
      assertTrue(used.asString().contains("approved by " + NURSE + " on "), used.asString());
    }
    assertEquals(409, Browser.submit(juliets, julietsForm).statusCode());
    assertEquals(409, Browser.submit(nurses, nursesForm).statusCode());
    assertState(peer, "from+pending-out");
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
  }

  @Test
  void ofTwoWhoPressDifferentButtonsAtOnceOneWins() {
    for (int round = 0; round < 10; round++) {
      String peer = "race-" + round + ".lit";
      asks(peer);
      String approve = mailboxes().await(NURSE, peer).link("approve");
      String deny = mailboxes().await(JULIET, peer).link("deny");
      Map<String, String> approving = Browser.form(Browser.open(approve));
      Map<String, String> denying = Browser.form(Browser.open(deny));

      CompletableFuture<Response> one =
          CompletableFuture.supplyAsync(() -> Browser.submit(approve, approving));
      CompletableFuture<Response> two =
          CompletableFuture.supplyAsync(() -> Browser.submit(deny, denying));

      int approved = one.join().statusCode();
      int denied = two.join().statusCode();
      assertEquals(
          List.of(200, 409), Stream.of(approved, denied).sorted().toList(), "round " + round);
      Response loser = approved == 409 ? one.join() : two.join();
      assertTrue(
          loser
              .asString()
              .contains(approved == 409 ? "denied by " + JULIET : "approved by " + NURSE),
          loser.asString());
      if (approved == 200) {
        assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
        assertState(peer, "from+pending-out");
      } else {
        assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
        assertState(peer, "none");
      }
    }
  }

  @Test
  void theComponentsOwnDomainIsAnEntityToo() {
    String peer = "plain.lit";
    xmpp()
        .send(
            "<presence from='%s' to='%s/any' type='subscribe'/>".formatted(peer, House.COMPONENT));

    Browser.press(mailboxes().await(NURSE, peer).link("approve"));

    Element subscribed =
        xmpp()
            .awaitStanza(
                stanza ->
                    stanza.getLocalName().equals("presence")
                        && stanza.getAttribute("to").equals(peer)
                        && stanza.getAttribute("type").equals("subscribed"));
    assertEquals(House.COMPONENT, subscribed.getAttribute("from"));
  }

  @Test
  void aDomainWithItsOwnAdministratorsAsksOnlyThem() {
    String peer = "neutral.lit";
    String presence = "<presence from='%s' to='verona.lit' type='subscribe'/>".formatted(peer);
    assertEquals("result", xmpp().handOver("verona.lit", presence).getAttribute("type"));

    Mail mail = mailboxes().await("escalus@verona.lit", peer);

    assertTrue(mail.text().contains("verona.lit"));
    assertEquals(List.of(), mailboxes().about(NURSE, peer));
    as("admin").get("/api/v1/domains/capulet.lit/peers/" + peer).then().statusCode(404);
    as("admin").get("/api/v1/domains/verona.lit/peers/" + peer).then().statusCode(200);
  }

  @Test
  void anInternationalNameIsShownInBothFormsAndLookAlikesAreWarnedOf() {
    asks("b\u00fccher.example");
    Mail mail = mailboxes().await(NURSE, "xn--bcher-kva.example");
    assertTrue(mail.text().contains("b\u00fccher.example"), mail.text());
    assertFalse(mail.text().contains("WARNING"), mail.text());

    asks("m\u043entague.lit");
    Mail lookAlike = mailboxes().await(NURSE, "xn--mntague-9ig.lit");
    assertTrue(lookAlike.text().contains("WARNING"), lookAlike.text());
    assertTrue(lookAlike.html().contains("Warning"), lookAlike.html());
    Response page = Browser.open(lookAlike.link("approve"));
    assertTrue(page.asString().contains("looks like another one"), page.asString());

    Browser.press(mail.link("approve"));
    xmpp()
        .awaitSent(
            stanza ->
                stanza.getAttribute("to").equals("b\u00fccher.example")
                    && stanza.getAttribute("type").equals("subscribed"));
  }

  @Test
  void theRosterCanBeReadInPages() {
    for (String name : List.of("page-a.lit", "page-b.lit", "page-c.lit")) {
      asks(name);
    }
    String peers = "/api/v1/domains/capulet.lit/peers?q=page-&limit=2";
    Response first = as("admin").get(peers);
    first.then().statusCode(200).body("peers.peer", equalTo(List.of("page-a.lit", "page-b.lit")));
    as("auditor")
        .get(peers + "&cursor=" + first.<String>path("next"))
        .then()
        .body("peers.peer", equalTo(List.of("page-c.lit")))
        .body("next", nullValue());
    as("admin")
        .queryParam("state", "both")
        .get("/api/v1/domains/capulet.lit/peers?q=page-")
        .then()
        .statusCode(200)
        .body("peers", equalTo(List.of()));
    as("admin")
        .queryParam("state", "none+pending-in")
        .get("/api/v1/domains/CAPULET.lit/peers?q=page-")
        .then()
        .body("peers.size()", equalTo(3));
    for (String wrong : List.of("limit=0", "limit=x", "state=friend", "cursor=%00")) {
      as("admin")
          .urlEncodingEnabled(false)
          .get("/api/v1/domains/capulet.lit/peers?" + wrong)
          .then()
          .statusCode(org.hamcrest.Matchers.oneOf(400, 404))
          .contentType(containsString("application/problem+json"));
    }
    as("admin")
        .get("/api/v1/domains")
        .then()
        .statusCode(200)
        .body("domains.domain", equalTo(List.of(OURS, House.COMPONENT, "verona.lit")))
        .body("domains[0].stream", equalTo("authenticated"))
        .body("domains[0].counts.'none+pending-in'", org.hamcrest.Matchers.greaterThanOrEqualTo(3));
  }

  @Test
  void onlyWhoMayReadsTheRoster() {
    String domains = "/api/v1/domains";
    given().get(domains).then().statusCode(401).contentType(containsString("problem+json"));
    given()
        .auth()
        .preemptive()
        .basic("admin", "wrong-password-here")
        .get(domains)
        .then()
        .statusCode(401)
        .contentType(containsString("problem+json"));
    given().auth().preemptive().basic("nobody", "x").get(domains).then().statusCode(401);
    as("auditor").get(domains).then().statusCode(200);
    given().get("/").then().statusCode(401).header("WWW-Authenticate", containsString("Basic"));
    asks("shown.lit");
    as("auditor").get("/").then().statusCode(200).body(containsString("shown.lit"));
    as("admin").get("/api/v1/domains/unknown.lit/peers").then().statusCode(404);
    as("admin").get("/api/v1/domains/capulet.lit/trusted/romeo@x.lit").then().statusCode(400);
    as("admin").get("/api/v1/domains/capulet.lit/trusted/unheard.lit").then().statusCode(404);
  }
}
