package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.COMPONENT;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;

import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.flow.Mailboxes.Mail;

/**
 * What a stranger may try. After each test a decent peer asks: the roster must have grown by what
 * the test expects and this peer alone, and by its mails alone, and the service must still be
 * there.
 */
abstract class BadInput extends Story {

  private static final AtomicInteger DECENT = new AtomicInteger();

  private int peersBefore;
  private int mailsBefore;
  private int newcomers;

  @BeforeEach
  void count() {
    // The mails of earlier tests have all arrived when those of a fresh peer have.
    decentPeerAsks();
    peersBefore = peers();
    mailsBefore = mailboxes().all().size();
    newcomers = 0;
  }

  @AfterEach
  void nothingButTheExpectedHappened() {
    decentPeerAsks();
    assertEquals(peersBefore + newcomers + 1, peers());
    assertEquals(mailsBefore + 2 * (newcomers + 1), mailboxes().all().size());
    assertEquals(200, given().get("/q/health/ready").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "romeo@montague.lit",
        "montague.lit/orchard",
        "romeo@montague.lit/orchard",
        "127.0.0.1",
        "mon_tague.lit",
        "montague..lit",
        "capulet.lit",
        "CAPULET.LIT",
        "verona.lit",
        "roster.capulet.lit",
        "montague.lit&#13;&#10;Bcc: everybody@capulet.lit",
        "montague.lit&#8238;",
        "&lt;b&gt;montague&lt;/b&gt;.lit",
        "&apos;;drop table peer;--.lit"
      })
  void whoIsNoOtherServerIsTurnedAway(String from) {
    // Unreadable as a JID: refused for good. Readable: taken over and turned away. Never tried
    // again.
    var answer = xmpp().handOver(OURS, presence(from, "subscribe"));
    assertTrue(
        answer.getAttribute("type").equals("result") || xmlOf(answer).contains("modify"),
        xmlOf(answer));
    xmpp().send("<presence from='%s' to='%s' type='subscribe'/>".formatted(from, COMPONENT));
  }

  @Test
  void aDomainOfThreeThousandLettersIsTurnedAway() {
    for (String from : List.of("a".repeat(3000) + ".lit", "a.".repeat(1500) + "lit")) {
      xmpp().handOver(OURS, presence(from, "subscribe"));
      xmpp().send("<presence from='%s' to='%s' type='subscribe'/>".formatted(from, COMPONENT));
    }
  }

  @Test
  void whatIsAddressedToSomebodyElseIsRefused() {
    for (String to : List.of("rome.lit", "juliet@capulet.lit", "verona.lit", "")) {
      var answer =
          xmpp().handOver(OURS, "<presence from='a.lit' to='%s' type='subscribe'/>".formatted(to));
      assertEquals("error", answer.getAttribute("type"), to);
      assertTrue(xmlOf(answer).contains("modify"), xmlOf(answer));
    }
    xmpp().send("<presence from='a.lit' to='nurse@roster.capulet.lit' type='subscribe'/>");
  }

  @Test
  void aHandOverFromAnybodyElseIsRefused() {
    for (String from : List.of("montague.lit", "nurse@capulet.lit", "capulet.lit/x", "rome.lit")) {
      String id = xmpp().startHandOver(from, COMPONENT, presence("forged.lit", "subscribe"));
      assertEquals("error", xmpp().awaitAnswer(id).getAttribute("type"), from);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"friend", "SUBSCRIBE", "", "subscribe ", "error", "invisible"})
  void otherTypesDoNothing(String type) {
    xmpp().handOver(OURS, presence("typist.lit", type));
    xmpp().send("<presence from='typist.lit' to='%s' type='%s'/>".formatted(COMPONENT, type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"subscribed", "unsubscribed", "unsubscribe"})
  void whatNobodyAskedForDoesNothing(String type) {
    assertEquals(
        "result", xmpp().handOver(OURS, presence("unsolicited.lit", type)).getAttribute("type"));
    as("admin").get("/api/v1/domains/capulet.lit/trusted/unsolicited.lit").then().statusCode(404);
    assertEquals(List.of(), sentTo("unsolicited.lit"));
  }

  @Test
  void anUnsolicitedSubscribedWhileOursDecideIsNoApproval() {
    asks("pushy.lit");
    newcomers = 1;
    tells("pushy.lit", "subscribed");
    assertState("pushy.lit", "none+pending-in");
  }

  @Test
  void aStanzaNamesNoHeader() {
    String properties =
        "<properties xmlns='http://www.jivesoftware.com/xmlns/xmpp/properties'>"
            + property("CamelJdbcParameters", "{}")
            + property("CamelJdbcRetrieveGeneratedKeys", "true")
            + property("to", "thief@montague.lit")
            + property("subject", "forged")
            + property("from", "nurse@capulet.lit")
            + property("bcc", "thief@montague.lit")
            + property("CamelHttpUri", "http://127.0.0.1:1/")
            + property("CamelXmppFrom", "other.lit")
            + property("peer", "other.lit")
            + property("mail.smtp.host", "127.0.0.9")
            + "</properties>";
    var answer =
        xmpp()
            .handOver(
                OURS,
                "<presence from='headers.lit' to='capulet.lit' type='subscribe'>"
                    + properties
                    + "<status>&lt;script&gt;alert(1)&lt;/script&gt;</status></presence>");
    assertEquals("result", answer.getAttribute("type"));
    newcomers = 1;

    Mail mail = mailboxes().await(NURSE, "headers.lit");
    mailboxes().await(JULIET, "headers.lit");

    assertEquals("headers.lit asks to be trusted by capulet.lit", subjectOf(mail));
    assertFalse((mail.text() + mail.html()).contains("script"), mail.html());
    assertState("headers.lit", "none+pending-in");
    assertTrue(
        mailboxes().all().stream().noneMatch(any -> any.recipient().contains("thief")),
        "a mail went astray");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<presence from='montague.lit'",
        "<presence from='montague.lit' to='roster.capulet.lit' type='subscribe'></message>",
        "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><presence/>",
        "<presence from='montague.lit' to='roster.capulet.lit' type='subscribe'>&a;</presence>",
        "</stream:stream>",
        "<?php evil ?>"
      })
  void whatIsNoXmlEndsTheStreamAndNothingElse(String bytes) {
    int streams = xmpp().accepted();
    xmpp().send(bytes + ">>");
    if (bytes.startsWith("<presence from='montague.lit'") && !bytes.contains(">")) {
      xmpp().drop();
    }
    patiently().until(() -> xmpp().accepted() > streams);
    patiently().until(() -> given().get("/q/health/ready").statusCode() == 200);
  }

  @Test
  void deepNestingIsSkipped() {
    xmpp()
        .send(
            "<presence from='deep.lit' to='%s' type='subscribe'>".formatted(COMPONENT)
                + "<a>".repeat(20_000)
                + "</a>".repeat(20_000)
                + "</presence>");
  }

  @Test
  void aStanzaOfTenMegabytesEndsTheStreamAndNothingElse() {
    int streams = xmpp().accepted();
    try {
      xmpp()
          .send(
              "<presence from='fat.lit' to='%s' type='subscribe'><status>".formatted(COMPONENT)
                  + "x".repeat(10_000_000)
                  + "</status></presence>");
    } catch (RuntimeException cutOff) {
      // the component need not listen to the end
    }
    patiently().until(() -> xmpp().accepted() > streams);
    patiently().until(() -> given().get("/q/health/ready").statusCode() == 200);
  }

  @Test
  void lookingAtALinkChangesNothing() {
    asks("watched.lit");
    newcomers = 1;
    for (String decision : List.of("approve", "deny")) {
      String link = mailboxes().await(NURSE, "watched.lit").link(decision);
      for (int i = 0; i < 3; i++) {
        assertEquals(200, Browser.open(link).statusCode());
        assertEquals(200, given().urlEncodingEnabled(false).head(link).statusCode());
        given()
            .urlEncodingEnabled(false)
            .header("Sec-Purpose", "prefetch;prerender")
            .header("X-Purpose", "preview")
            .get(link)
            .then()
            .statusCode(200);
        given().urlEncodingEnabled(false).options(link);
        given()
            .urlEncodingEnabled(false)
            .put(link)
            .then()
            .statusCode(405)
            .header("Cache-Control", equalTo("no-store"))
            .header("Referrer-Policy", equalTo("no-referrer"));
      }
    }
    mailboxes().await(JULIET, "watched.lit");
    assertState("watched.lit", "none+pending-in");
    assertEquals(List.of(), sentTo("watched.lit"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "..%2f..%2fetc",
        "%00",
        "%0d%0aSet-Cookie:a=b",
        "'%20or%201=1--"
      })
  void aGuessedLinkIsNotFound(String token) {
    String link = "/approval/" + token + "?decision=approve";
    Response page = Browser.open(link);
    assertTrue(List.of(400, 404).contains(page.statusCode()), page.statusLine());
    Response post = Browser.submit(link, Map.of("nonce", "x", "decision", "approve"));
    assertTrue(List.of(400, 404).contains(post.statusCode()), post.statusLine());
    assertEquals(null, page.getHeader("Set-Cookie"));
  }

  @Test
  void theFormOfOneLinkDecidesForNoOther() {
    asks("mine.lit");
    asks("yours.lit");
    newcomers = 2;
    String mine = mailboxes().await(NURSE, "mine.lit").link("approve");
    String yours = mailboxes().await(NURSE, "yours.lit").link("approve");
    mailboxes().await(JULIET, "mine.lit");
    mailboxes().await(JULIET, "yours.lit");

    assertEquals(403, Browser.submit(yours, Browser.form(Browser.open(mine))).statusCode());

    assertState("mine.lit", "none+pending-in");
    assertState("yours.lit", "none+pending-in");
  }

  @ParameterizedTest
  @CsvSource({"nonce, ''", "nonce, guessed", "nonce, 1.AAAA", "decision, befriend", "decision, ''"})
  void aFormThatWasTamperedWithDecidesNothing(String field, String value) {
    String peer = "tampered-" + DECENT.incrementAndGet() + ".lit";
    asks(peer);
    newcomers = 1;
    String link = mailboxes().await(NURSE, peer).link("approve");
    mailboxes().await(JULIET, peer);
    Map<String, String> form = new HashMap<>(Browser.form(Browser.open(link)));
    form.put(field, value);

    int status = Browser.submit(link, form).statusCode();

    assertTrue(List.of(400, 403).contains(status), "status " + status);
    form.remove(field);
    if (field.equals("nonce")) {
      assertEquals(403, Browser.submit(link, form).statusCode());
    }
    assertState(peer, "none+pending-in");
    assertEquals(List.of(), sentTo(peer));
  }

  @Test
  void thePagesAreForTheirReaderOnly() {
    asks("headers-of-page.lit");
    newcomers = 1;
    String link = mailboxes().await(NURSE, "headers-of-page.lit").link("deny");
    mailboxes().await(JULIET, "headers-of-page.lit");
    Response page = given().urlEncodingEnabled(false).header("Host", "evil.example").get(link);
    page.then()
        .statusCode(200)
        .header("Referrer-Policy", equalTo("no-referrer"))
        .header("Cache-Control", equalTo("no-store"))
        .header("X-Content-Type-Options", equalTo("nosniff"))
        .header("X-Frame-Options", equalTo("DENY"));
    String policy = page.getHeader("Content-Security-Policy");
    assertTrue(policy.contains("default-src 'none'"), policy);
    assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertFalse(page.asString().contains("evil.example"));
    assertFalse(page.asString().contains("<script"));
    String token = link.replaceAll(".*/approval/([^?]+).*", "$1");
    assertFalse(page.asString().contains(token), "the page repeats its secret");
    assertTrue(
        mailboxes().await(NURSE, "headers-of-page.lit").text().contains("https://roster.example/"),
        "links come from the setting");
  }

  private static String property(String name, String value) {
    return "<property><name>%s</name><value type='string'>%s</value></property>"
        .formatted(name, value);
  }

  private static void decentPeerAsks() {
    String peer = "decent-" + DECENT.incrementAndGet() + ".lit";
    patiently()
        .ignoreExceptionsInstanceOf(IllegalStateException.class) // no stream yet, after bad XML
        .untilAsserted(
            () ->
                assertEquals(
                    "result",
                    xmpp().handOver(OURS, presence(peer, "subscribe")).getAttribute("type")));
    mailboxes().await(NURSE, peer);
    mailboxes().await(JULIET, peer);
  }

  private static int peers() {
    List<Map<String, Integer>> all = as("admin").get("/api/v1/domains").path("domains.counts");
    return all.stream().flatMap(each -> each.values().stream()).mapToInt(n -> n).sum();
  }

  private static String subjectOf(Mail mail) {
    try {
      return mail.message().getSubject();
    } catch (jakarta.mail.MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String xmlOf(org.w3c.dom.Element element) {
    try {
      return org.serverroster.xmpp.ScriptedXmppServer.xml(element);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
