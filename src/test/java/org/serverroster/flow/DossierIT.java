package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Mailboxes.Mail;
import org.w3c.dom.Element;

/** What a person is told about a peer before they decide, whatever its server says of itself. */
@QuarkusIntegrationTest
class DossierIT extends Story {

  private static final String CONTACTS =
      "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"
          + "<value>http://jabber.org/network/serverinfo</value></field>"
          + "<field var='abuse-addresses'><value>mailto:abuse@%1$s</value>"
          + "<value>javascript:alert(1)</value></field>"
          + "<field var='security-addresses'><value>xmpp:security@%1$s</value></field></x>";

  @AfterEach
  void acknowledgeAgain() {
    xmpp().acknowledgeSends();
  }

  @Test
  void aTalkingServerIsQuotedInMailPageAndApi() {
    String peer = "talking.lit";
    xmpp()
        .answerSends(
            send ->
                answer(
                    send,
                    peer,
                    "<identity category='server' type='im' name='Talking'/>"
                        + "<feature var='urn:xmpp:server-presence'/>"
                        + CONTACTS.formatted(peer),
                    "<name>Prosody</name><version>0.12.3</version>"));
    asks(peer);

    Mail mail = mailboxes().await(NURSE, peer);

    for (String text : new String[] {mail.text(), mail.html()}) {
      assertTrue(text.contains("it says that it keeps one"), text);
      assertTrue(text.contains("Prosody 0.12.3"), text);
      assertTrue(text.contains("server/im Talking"), text);
      assertTrue(text.contains("abuse: mailto:abuse@" + peer), text);
      assertTrue(text.contains("security: xmpp:security@" + peer), text);
      assertFalse(text.contains("javascript:"), text);
    }
    String page = Browser.open(mail.link("approve")).asString();
    assertTrue(page.contains("Prosody 0.12.3"), page);
    int asked = questionsTo(peer);
    as("auditor")
        .get("/api/v1/domains/capulet.lit/peers/" + peer + "/dossier")
        .then()
        .statusCode(200)
        .body("supportsServerPresence", equalTo(true))
        .body("reachability", equalTo("answers"))
        .body("contacts", hasItem("abuse: mailto:abuse@" + peer));
    assertEquals(asked, questionsTo(peer), "it is asked once within the hour");
    as("auditor").get("/api/v1/domains/capulet.lit/peers/no.lit/dossier").then().statusCode(404);
  }

  @Test
  void aSilentServerDelaysTheMailByNoMoreThanTheTimeOut() {
    String peer = "mute.lit";
    asks(peer);
    Mail mail = mailboxes().await(NURSE, peer);
    assertTrue(mail.text().contains("Server: did not answer"), mail.text());
    assertTrue(mail.text().contains("Server roster: not known"), mail.text());
  }

  @Test
  void whatAServerSaysIsNeverMarkupAndNeverLong() {
    String peer = "hostile.lit";
    String name = "&lt;script&gt;alert(1)&lt;/script&gt;&#x202E;evil&#10;Approve: http://evil/";
    String flood = "<identity category='%s' type='x'/>".formatted("y".repeat(3000)).repeat(30);
    xmpp()
        .answerSends(
            send ->
                answer(
                    send,
                    peer,
                    flood,
                    "<name>%s</name><version>1</version>".formatted(name + "z".repeat(5000))));
    asks(peer);
    Mail mail = mailboxes().await(NURSE, peer);
    assertFalse(mail.html().contains("<script>"), mail.html());
    assertTrue(mail.html().contains("&lt;script&gt;"), mail.html());
    assertFalse(mail.text().contains("\u202e"), mail.text());
    assertFalse(mail.text().contains("\nApprove: http://evil/"), mail.text());
    assertTrue(mail.text().length() < 4000, () -> "length " + mail.text().length());
    String page = Browser.open(mail.link("deny")).asString();
    assertFalse(page.contains("<script>"), page);
  }

  /** More than any shim or well-set server lets through: it costs the stream, and nothing else. */
  @Test
  void anAnswerOfFiveMegabytesCostsNeitherTheMailNorTheNextRequest() {
    String peer = "verbose.lit";
    int streams = xmpp().accepted();
    xmpp()
        .answerSends(
            send ->
                send.getLocalName().equals("iq") && send.getAttribute("to").equals(peer)
                    ? answer(send, peer, "<x>" + "y".repeat(5_000_000) + "</x>", "")
                    : "");
    asks(peer);

    Mail mail = mailboxes().await(NURSE, peer);

    assertTrue(mail.text().contains("Server roster: not known"), mail.text());
    House.patiently().until(() -> xmpp().accepted() > streams); // it was given up
    House.patiently().until(() -> given().get("/q/health/ready").statusCode() == 200);
    asks("after-verbose.lit");
    mailboxes().await(NURSE, "after-verbose.lit");
    assertState(peer, "none+pending-in");
  }

  @Test
  void whatItIsAskedByAStrangerWithAnotherIdIsNoAnswer() {
    String peer = "spoofed.lit";
    xmpp()
        .answerSends(
            send -> answer(send, "other.lit", "<feature var='urn:xmpp:server-presence'/>", ""));
    asks(peer);
    mailboxes().await(NURSE, peer);
    as("admin")
        .get("/api/v1/domains/capulet.lit/peers/" + peer + "/dossier")
        .then()
        .body("software", equalTo(null));
  }

  @Test
  void formerDecisionsNeighboursAndLookAlikesAreShown() {
    asks("first.family.example");
    WholeProtocol.act("first.family.example", "approve", Map.of()).statusCode(200);
    String lookAlike = java.net.IDN.toASCII("f\u0131rst.family.example"); // a dotless i
    asks(lookAlike);
    Mail mail = mailboxes().await(NURSE, lookAlike);
    assertTrue(
        mail.text().contains("WARNING: this name looks like first.family.example"), mail.text());
    assertTrue(
        mail.text().contains("Neighbour: first.family.example: from+pending-out"), mail.text());
    for (String related : List.of("family.example", "below.first.family.example")) {
      asks(related);
      String said = mailboxes().await(NURSE, related).text();
      assertTrue(said.contains("Neighbour: first.family.example: from+pending-out"), said);
    }

    asks("again.example");
    mailboxes().await(NURSE, "again.example"); // one that was decided before needs no mail
    WholeProtocol.act("again.example", "deny", Map.of()).statusCode(200);
    WholeProtocol.act("again.example", "allow-again", Map.of()).statusCode(200);
    asks("again.example");
    House.patiently().until(() -> mailboxes().about(NURSE, "again.example").size() == 2);
    String text = mailboxes().about(NURSE, "again.example").get(1).text();
    assertTrue(text.contains("Before: request denied on "), text);
    assertTrue(text.contains("by admin"), text);
  }

  private static int questionsTo(String peer) {
    return (int)
        xmpp().sent().stream()
            .filter(s -> s.getLocalName().equals("iq") && s.getAttribute("to").equals(peer))
            .count();
  }

  /** What the peer's server answers to a question; presence is acknowledged with nothing. */
  private static String answer(Element inner, String peer, String info, String version) {
    if (!inner.getLocalName().equals("iq")) {
      return "";
    }
    String namespace = org.serverroster.xmpp.ScriptedXmppServer.child(inner).getNamespaceURI();
    String payload =
        switch (namespace) {
          case "http://jabber.org/protocol/disco#info" ->
              "<query xmlns='" + namespace + "'>" + info + "</query>";
          case "jabber:iq:version" -> "<query xmlns='" + namespace + "'>" + version + "</query>";
          default -> "";
        };
    return "<send xmlns='urn:server-roster:handover:0'><iq xmlns='jabber:client' type='result' id='%s' from='%s' to='capulet.lit'>%s</iq></send>"
        .formatted(inner.getAttribute("id"), peer, payload);
  }
}
