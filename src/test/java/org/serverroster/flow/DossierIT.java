package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Mailboxes.Mail;
import org.serverroster.xmpp.ScriptedXmppServer;
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

  private static final String FEATURE = "<feature var='urn:xmpp:server-presence'/>";
  private static final String SOFTWARE = "<name>Prosody</name><version>0.12.3</version>";

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
                        + FEATURE
                        + CONTACTS.formatted(peer),
                    SOFTWARE));
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
        .body("software", equalTo("Prosody 0.12.3"))
        .body("reachability", equalTo("answers"))
        .body("contacts", hasItem("abuse: mailto:abuse@" + peer));
    assertEquals(asked, questionsTo(peer), "it is asked once within the hour");
    as("auditor").get("/api/v1/domains/capulet.lit/peers/no.lit/dossier").then().statusCode(404);
  }

  /**
   * The mail about a peer whose server answers overtakes the one that still waits for an answer.
   */
  @Test
  void aSilentServerIsInTheWayOfNoOtherPeersMail() {
    xmpp().answerSends(send -> to(send).startsWith("mute") ? null : answer(send, to(send), "", ""));
    AtomicInteger round = new AtomicInteger();
    patiently()
        .until(
            () -> {
              String mute = "mute-%d.lit".formatted(round.incrementAndGet());
              String quick = "quick-%d.lit".formatted(round.get());
              asks(mute);
              patiently().until(() -> questionsTo(mute) >= 3);
              asks(quick);
              Mail late = mailboxes().await(NURSE, mute);
              assertTrue(late.text().contains("Server: did not answer"), late.text());
              assertTrue(late.text().contains("Server roster: not known"), late.text());
              mailboxes().await(NURSE, quick);
              return comesBefore(quick, mute);
            });
  }

  /** In the nurse's mailbox. */
  private static boolean comesBefore(String one, String other) {
    return mailboxes().all().stream()
        .filter(mail -> mail.recipient().equals(NURSE))
        .flatMap(mail -> Stream.of(one, other).filter(p -> mail.text().contains(" " + p + " ")))
        .findFirst()
        .get()
        .equals(one);
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
    patiently().until(() -> xmpp().accepted() > streams); // it was given up
    patiently().until(() -> given().get("/q/health/ready").statusCode() == 200);
    asks("after-verbose.lit");
    mailboxes().await(NURSE, "after-verbose.lit");
    assertState(peer, "none+pending-in");
  }

  @Test
  void anAnswerFromAnotherServerIsNotBelieved() {
    assertIsNotBelieved(
        "spoofed", answer -> answer.replaceAll(" from='[^']*'", " from='other.lit'"));
  }

  @Test
  void anAnswerUnderAnotherIdIsNotBelieved() {
    assertIsNotBelieved("confused", answer -> answer.replace(" id='", " id='not-"));
  }

  /**
   * Asked in the name of the component, whose answers nobody else compares with the questions.
   * Behind the forged answers comes a true one, to the ping, which shows that they came in time.
   */
  private static void assertIsNotBelieved(String name, UnaryOperator<String> forged) {
    AtomicInteger round = new AtomicInteger();
    patiently()
        .until(
            () -> {
              String peer = "%s-%d.lit".formatted(name, round.incrementAndGet());
              xmpp()
                  .send(
                      "<presence from='%s' to='%s' type='subscribe'/>"
                          .formatted(peer, House.COMPONENT));
              patiently().until(() -> askedByTheComponent(peer).size() >= 3);
              for (Element question : askedByTheComponent(peer)) {
                xmpp().send(forged.apply(result(question, payload(question, FEATURE, SOFTWARE))));
              }
              askedByTheComponent(peer).stream()
                  .filter(question -> ScriptedXmppServer.child(question, "ping") != null)
                  .forEach(ping -> xmpp().send(result(ping, "")));
              mailboxes().await(NURSE, peer);
              return as("admin")
                  .get("/api/v1/domains/%s/peers/%s/dossier".formatted(House.COMPONENT, peer))
                  .then()
                  .statusCode(200)
                  .body("supportsServerPresence", nullValue())
                  .body("software", nullValue())
                  .extract()
                  .path("reachability")
                  .equals("answers");
            });
  }

  private static List<Element> askedByTheComponent(String peer) {
    return xmpp().received().stream()
        .filter(stanza -> stanza.getLocalName().equals("iq") && to(stanza).equals(peer))
        .toList();
  }

  private static String result(Element question, String payload) {
    return "<iq type='result' id='%s' from='%s' to='%s'>%s</iq>"
        .formatted(question.getAttribute("id"), to(question), House.COMPONENT, payload);
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
    patiently().until(() -> mailboxes().about(NURSE, "again.example").size() == 2);
    String text = mailboxes().about(NURSE, "again.example").get(1).text();
    assertTrue(text.contains("Before: request denied on "), text);
    assertTrue(text.contains("by admin"), text);
  }

  private static String to(Element send) {
    return send.getAttribute("to");
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
    return "<send xmlns='urn:server-roster:handover:0'><iq xmlns='jabber:client' type='result' id='%s' from='%s' to='capulet.lit'>%s</iq></send>"
        .formatted(inner.getAttribute("id"), peer, payload(inner, info, version));
  }

  private static String payload(Element question, String info, String version) {
    String namespace = ScriptedXmppServer.child(question).getNamespaceURI();
    return switch (namespace) {
      case "http://jabber.org/protocol/disco#info" ->
          "<query xmlns='" + namespace + "'>" + info + "</query>";
      case "jabber:iq:version" -> "<query xmlns='" + namespace + "'>" + version + "</query>";
      default -> "";
    };
  }
}
