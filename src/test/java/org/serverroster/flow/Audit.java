package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.xmpp;

import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who let this peer in, and when? And is that still what was written then? */
abstract class Audit extends Story {

  @Test
  void theTrailTellsTheLifeOfATrust() {
    String peer = "audited.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    tells(peer, "subscribed");
    WholeProtocol.act(peer, "revoke", Map.of("note", "they \"moved\", sold\nto =spam"))
        .statusCode(200);

    trail(peer)
        .body(
            "entries.action",
            equalTo(
                List.of("request-received", "request-approved", "peer-accepted", "trust-revoked")))
        .body("entries.actor", equalTo(List.of(peer, NURSE, peer, "admin")))
        .body("entries.via", equalTo(List.of("xmpp", "mail-link", "xmpp", "rest")))
        .body(
            "entries.stateAfter",
            equalTo(List.of("none+pending-in", "from+pending-out", "both", "none")))
        .body("entries[1].origin", equalTo("127.0.0.1"))
        .body("entries[3].note", equalTo("they \"moved\", sold\nto =spam"))
        .body("next", nullValue());
    String table =
        as("auditor")
            .accept("text/csv")
            .get("/api/v1/audit?domain=capulet.lit&peer=" + peer)
            .then()
            .statusCode(200)
            .extract()
            .asString();
    assertTrue(table.startsWith("id,at,domain,peer,action,actor,via,origin,"), table);
    assertTrue(table.contains(",\"they \"\"moved\"\", sold\nto =spam\","), table);
  }

  @Test
  void whatLooksLikeAFormulaIsNoneInTheTable() {
    WholeProtocol.act("formula.lit", "block", Map.of("note", "=1+1")).statusCode(200);
    String table = as("admin").accept("text/csv").get("/api/v1/audit?peer=formula.lit").asString();
    assertTrue(table.contains(",'=1+1,"), table);
  }

  @Test
  void aPageIsPickedByDomainPeerAndTime() {
    asks("paged.lit");
    xmpp().handOver("verona.lit", "<presence from='paged.lit' to='verona.lit' type='subscribe'/>");
    for (int i = 0; i < 3; i++) {
      tells("paged.lit", "unsubscribe");
      asks("paged.lit");
    }
    trail("paged.lit")
        .body("entries.size()", equalTo(7))
        .body("entries.domain", everyItem(equalTo("capulet.lit")));
    as("admin").get("/api/v1/audit?peer=Paged.LIT").then().body("entries.size()", equalTo(8));
    List<Object> seen = new java.util.ArrayList<>();
    String cursor = "";
    do {
      var page =
          as("auditor")
              .get("/api/v1/audit?peer=paged.lit&limit=3&cursor=" + cursor)
              .then()
              .statusCode(200)
              .extract();
      seen.addAll(page.path("entries.id"));
      cursor = page.path("next");
    } while (cursor != null);
    assertEquals(8, seen.stream().distinct().count());
    String at = trail("paged.lit").extract().path("entries[3].at");
    trailSince("paged.lit", "since=" + at).body("entries.size()", equalTo(4));
    trailSince("paged.lit", "until=" + at).body("entries.size()", equalTo(3));
  }

  @Test
  void theChainFitsAndGrows() {
    asks("sealed.lit");
    patiently().until(() -> trail("sealed.lit").extract().path("entries[0].seal") != null);
    ValidatableResponse verified =
        as("auditor")
            .get("/api/v1/audit/verify")
            .then()
            .statusCode(200)
            .body("valid", equalTo(true));
    String hash = verified.extract().path("head.hash");
    asks("sealed-later.lit");
    patiently().until(() -> trail("sealed-later.lit").extract().path("entries[0].seal") != null);
    as("auditor")
        .get("/api/v1/audit/verify?anchor=" + hash)
        .then()
        .body("valid", equalTo(true))
        .body("anchored", equalTo(true));
    as("auditor")
        .get("/api/v1/audit/verify?anchor=" + hash.replace(hash.charAt(0), 'x'))
        .then()
        .body("valid", equalTo(false))
        .body("broken", nullValue())
        .body("anchored", equalTo(false));
  }

  @Test
  void onlyWhoMayAndOnlyWhatMakesSense() {
    as("admin")
        .queryParam("q", "\0")
        .get("/api/v1/domains/capulet.lit/peers")
        .then()
        .statusCode(400);
    io.restassured.RestAssured.given().get("/api/v1/audit").then().statusCode(401);
    for (String senseless :
        List.of("since=yesterday", "until=1", "limit=0", "limit=1001", "cursor=x", "peer=a@b")) {
      as("admin").get("/api/v1/audit?" + senseless).then().statusCode(400);
    }
    as("admin").get("/api/v1/audit?domain=rome.lit").then().statusCode(404);
  }

  static ValidatableResponse trail(String peer) {
    return trailSince(peer, "limit=1000");
  }

  private static ValidatableResponse trailSince(String peer, String more) {
    return as("auditor")
        .get("/api/v1/audit?domain=capulet.lit&peer=" + peer + "&" + more)
        .then()
        .statusCode(200);
  }
}
