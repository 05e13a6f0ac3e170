package org.serverroster.flow;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A roster that was kept elsewhere moves in. */
@QuarkusIntegrationTest
class ImportIT extends Story {

  private static final String ROSTER = "/api/v1/domains/capulet.lit/roster";
  private static final String HEAD = "peer,state,blocked\r\n";

  @Test
  void eachPeerIsWhatItWasAndHearsWhatEveryStartTells() {
    ValidatableResponse report =
        take(
                HEAD
                    + "in-both.lit,both,false\r\nin-from.lit,from,false\r\nin-to.lit,to,false\r\n"
                    + "in-asked.lit,from+pending-out,false\r\nin-asks.lit,to+pending-in,false\r\n"
                    + "in-bad.lit,none,true\r\nin-nothing.lit,none,false\r\n",
                false)
            .statusCode(200);
    report
        .body("domain", equalTo("capulet.lit"))
        .body("dryRun", equalTo(false))
        .body("imported", equalTo(6))
        .body("unchanged", equalTo(1))
        .body("refused", equalTo(0))
        .body("peers[0].outcome", equalTo("imported"))
        .body("peers[0].reason", nullValue())
        .body("peers[4].reason", containsString("asked about when it comes again"));

    assertState("in-both.lit", "both");
    assertState("in-asked.lit", "from+pending-out");
    assertState("in-asks.lit", "to");
    peer("in-bad.lit").body("blocked", equalTo(true)).body("state", equalTo("none"));
    assertEquals(200, trusted("in-from.lit").statusCode());
    assertEquals(404, trusted("in-to.lit").statusCode());
    as("admin").get("/api/v1/domains/capulet.lit/peers/in-nothing.lit").then().statusCode(404);
    assertEquals(List.of("", "probe"), awaitTypesTo("in-both.lit", 2));
    assertEquals(List.of(""), awaitTypesTo("in-from.lit", 1));
    assertEquals(List.of("probe"), awaitTypesTo("in-to.lit", 1));
    assertEquals(List.of("", "subscribe"), awaitTypesTo("in-asked.lit", 2));
    as("admin")
        .get("/api/v1/audit?domain=capulet.lit&peer=in-both.lit")
        .then()
        .body("entries.action", hasItem("peer-imported"));
  }

  @Test
  void nothingThatIsKnownIsChanged() {
    WholeProtocol.becomeFriends("known-friend.lit");
    int said = sentTo("known-friend.lit").size();
    take(HEAD + "known-friend.lit,both,false\r\nknown-friend.lit.,to,false\r\n", false)
        .statusCode(400);
    take(HEAD + "known-friend.lit,both,false\r\n", false).body("unchanged", equalTo(1));
    take(HEAD + "known-friend.lit,to,false\r\nnew-beside.lit,from,false\r\n", false)
        .body("refused", equalTo(1))
        .body("imported", equalTo(1))
        .body("peers[0].reason", containsString("is both here already"));
    take(HEAD + "known-friend.lit,none,true\r\n", false).body("refused", equalTo(1));
    assertState("known-friend.lit", "both");
    assertEquals(said, sentTo("known-friend.lit").size());
    take(HEAD + "new-beside.lit,from,false\r\n", false).body("unchanged", equalTo(1));
  }

  @Test
  void aDryRunTellsAndWritesNothing() {
    WholeProtocol.becomeFriends("dry-friend.lit");
    String file = HEAD + "dry-new.lit,both,false\r\ndry-friend.lit,from,false\r\n";
    take(file, true)
        .statusCode(200)
        .body("dryRun", equalTo(true))
        .body("imported", equalTo(1))
        .body("refused", equalTo(1));
    as("admin").get("/api/v1/domains/capulet.lit/peers/dry-new.lit").then().statusCode(404);
    take(file, false).body("imported", equalTo(1)).body("refused", equalTo(1));
    assertState("dry-new.lit", "both");
  }

  @Test
  void whatWasExportedIsUnchangedInBothFormats() {
    WholeProtocol.becomeFriends("round-trip.lit");
    for (String type : List.of("application/json", "text/csv")) {
      String export = as("admin").accept(type).get(ROSTER).then().extract().asString();
      assertTrue(export.contains("round-trip.lit"));
      as("admin")
          .contentType(type)
          .body(export)
          .post(ROSTER)
          .then()
          .statusCode(200)
          .body("imported", equalTo(0))
          .body("refused", equalTo(0));
    }
  }

  @Test
  void aFileOfWhichAnythingIsWrongChangesNothing() {
    take(HEAD + "half-good.lit,both,false\r\n<script>,both,false\r\n", false)
        .statusCode(400)
        .body("detail", containsString("peer 2"))
        .body("detail", not(containsString("script")));
    take(HEAD + "half-good.lit,both,false\r\nverona.lit,both,false\r\n", false).statusCode(400);
    as("admin").get("/api/v1/domains/capulet.lit/peers/half-good.lit").then().statusCode(404);
    as("admin").contentType("text/xml").body("<a/>").post(ROSTER).then().statusCode(415);
    as("admin").post(ROSTER).then().statusCode(415);
    as("admin")
        .contentType("text/csv")
        .body(HEAD)
        .post(ROSTER + "?dryRun=1")
        .then()
        .statusCode(400);
  }

  @Test
  void anExportOfThousandsComesBackInOnePiece() {
    take(HEAD + "in-copied.lit,both,false\r\n", false).statusCode(200);
    Map<String, Object> one =
        as("admin")
            .accept("application/json")
            .get(ROSTER)
            .then()
            .statusCode(200)
            .extract()
            .path("peers.find { it.peer == 'in-copied.lit' }");
    List<Map<String, Object>> many = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      Map<String, Object> copy = new HashMap<>(one);
      copy.put("peer", "in-copied-%d.lit".formatted(i));
      many.add(copy);
    }
    as("admin")
        .contentType("application/json")
        .body(Map.of("domain", "capulet.lit", "peers", many))
        .post(ROSTER + "?dryRun=true")
        .then()
        .statusCode(200)
        .body("imported", equalTo(3000));
  }

  @Test
  void onlyAnAdministratorOfADomainOfOurs() {
    RestAssured.given().contentType("text/csv").body(HEAD).post(ROSTER).then().statusCode(401);
    as("auditor").contentType("text/csv").body(HEAD).post(ROSTER).then().statusCode(403);
    as("admin")
        .contentType("text/csv")
        .body(HEAD)
        .post("/api/v1/domains/rome.lit/roster")
        .then()
        .statusCode(404);
  }

  private static ValidatableResponse take(String csv, boolean dryRun) {
    return as("admin")
        .contentType("text/csv")
        .body(csv)
        .post(ROSTER + (dryRun ? "?dryRun=true" : ""))
        .then();
  }
}
