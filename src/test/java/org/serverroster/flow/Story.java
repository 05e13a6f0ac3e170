package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.common.QuarkusTestResource;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.w3c.dom.Element;

/** The words in which the wire-level tests tell what happens. */
@QuarkusTestResource(value = House.class, restrictToAnnotatedClass = true)
abstract class Story {

  static final String EVENTS = "roster.events.uri";
  static final String COMMANDS = "roster.commands.uri";
  static final String NURSE = House.ADMINISTRATORS.get(0);
  static final String JULIET = House.ADMINISTRATORS.get(1);

  @BeforeEach
  void awaitReadiness() {
    patiently().until(() -> given().get("/q/health/ready").statusCode() == 200);
  }

  static void asks(String peer, String... attributes) {
    Element answer = xmpp().handOver(OURS, presence(peer, "subscribe", attributes));
    assertEquals("result", answer.getAttribute("type"));
  }

  static void tells(String peer, String type) {
    assertEquals("result", xmpp().handOver(OURS, presence(peer, type)).getAttribute("type"));
  }

  /** The presence that was sent to a peer; the questions of a dossier are no part of it. */
  static List<Element> sentTo(String peer) {
    return xmpp().sent().stream()
        .filter(s -> s.getLocalName().equals("presence") && s.getAttribute("to").equals(peer))
        .toList();
  }

  static List<String> awaitTypesTo(String peer, int count) {
    patiently().until(() -> sentTo(peer).size() >= count);
    return sentTo(peer).stream().map(stanza -> stanza.getAttribute("type")).toList();
  }

  static void assertState(String peer, String state) {
    peer(peer).body("state", equalTo(state));
  }

  static ValidatableResponse peer(String peer) {
    return as("admin").get("/api/v1/domains/capulet.lit/peers/" + peer).then().statusCode(200);
  }

  static Response trusted(String peer) {
    return as("admin").get("/api/v1/domains/capulet.lit/trusted/" + peer);
  }

  static RequestSpecification as(String user) {
    return given().auth().preemptive().basic(user, House.PASSWORD);
  }

  /** What readiness says of the endpoint of a setting, null for nothing. */
  static String receiver(String setting) {
    return given()
        .get("/q/health/ready")
        .jsonPath()
        .getString("checks.find { it.name == 'receivers' }.data.'%s'".formatted(setting));
  }

  static String metrics() {
    return given().get("/q/metrics").asString();
  }
}
