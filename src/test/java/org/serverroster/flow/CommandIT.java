package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.xmpp;
import static org.serverroster.xmpp.ScriptedXmppServer.child;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The ad-hoc commands and what else is asked over XMPP (XEP-0050, XEP-0133, XEP-0267 R10, R11). */
@QuarkusIntegrationTest
@TestProfile(CommandIT.Settings.class)
class CommandIT extends Story {

  private static final String BUDDY = "http://jabber.org/protocol/admin#server-buddy";
  private static final String PENDING = "urn:server-roster:command:pending-requests";
  private static final String REMOVE = "urn:server-roster:command:remove-peer";
  private static final String COMMANDS = "http://jabber.org/protocol/commands";
  private static final String ADMIN = "juliet@capulet.lit/balcony";
  private static final AtomicInteger IDS = new AtomicInteger();

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "roster.admins.jid", "Juliet@capulet.lit",
          "roster.domain.\"verona.lit\".admins.jid", "escalus@verona.lit");
    }
  }

  @Test
  void anAdministratorAsksAServer() {
    Element form = command(ADMIN, OURS, BUDDY, "");
    assertEquals("executing", form.getAttribute("status"));
    assertEquals("complete", child(form, "actions").getAttribute("execute"));
    Map<String, Element> fields = fields(form);
    assertEquals("http://jabber.org/protocol/admin", value(fields.get("FORM_TYPE")));
    assertEquals("jid-single", fields.get("peerjid").getAttribute("type"));
    assertNotNull(child(fields.get("peerjid"), "required"));
    assertEquals("1", value(fields.get("pre-approve")));
    String session = form.getAttribute("sessionid");

    Element done =
        command(ADMIN, OURS, BUDDY, session, "complete", submit("peerjid", "Montague.LIT."));

    assertEquals("completed", done.getAttribute("status"));
    assertEquals("result", child(done, "x").getAttribute("type"));
    assertEquals("montague.lit", value(fields(done).get("peerjid")));
    assertEquals("none+pending-out", value(fields(done).get("state")));
    assertEquals(List.of("subscribe"), awaitTypesTo("montague.lit", 1));
    peer("montague.lit")
        .body("preApproved", equalTo(true))
        .body("preApprovedBy", equalTo("juliet@capulet.lit"));

    Element again = ask(ADMIN, OURS, BUDDY, session, "complete", submit("peerjid", "other.lit"));
    assertError(again, "not-allowed", "session-expired");
    String next = command(ADMIN, OURS, BUDDY, "").getAttribute("sessionid");
    assertError(
        ask(ADMIN, OURS, BUDDY, next, "complete", submit("peerjid", "montague.lit")),
        "conflict",
        null);
  }

  @Test
  void whatTheRequestCarriesCanBeUnticked() {
    String session = command(ADMIN, OURS, BUDDY, "").getAttribute("sessionid");
    command(
        ADMIN,
        OURS,
        BUDDY,
        session,
        "execute",
        submit("peerjid", "untrusted.lit", "pre-approve", "0"));
    peer("untrusted.lit").body("preApproved", equalTo(false));
  }

  @Test
  void aCommandCanBeCancelled() {
    String session = command(ADMIN, OURS, BUDDY, "").getAttribute("sessionid");
    Element cancelled = command(ADMIN, OURS, BUDDY, session, "cancel", "");
    assertEquals("canceled", cancelled.getAttribute("status"));
    assertError(
        ask(ADMIN, OURS, BUDDY, session, "complete", submit("peerjid", "late.lit")),
        "not-allowed",
        "session-expired");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "juliet@capulet.lit.evil.example/balcony",
        "julie\u0442@capulet.lit/balcony",
        "juliet@montague.lit/balcony",
        "nurse@capulet.lit/kitchen",
        "escalus@verona.lit/hall",
        "capulet.lit",
        "capulet.lit/juliet"
      })
  void nobodyElseIsLetIn(String somebody) {
    for (String node : List.of(BUDDY, PENDING, REMOVE)) {
      assertError(ask(somebody, OURS, node, null, null, ""), "forbidden", null);
    }
    String session = command(ADMIN, OURS, BUDDY, "").getAttribute("sessionid");
    assertError(
        ask(somebody, OURS, BUDDY, session, "complete", submit("peerjid", "stolen.lit")),
        "forbidden",
        null);
    assertEquals(List.of(), items(somebody, House.COMPONENT));
    as("admin").get("/api/v1/domains/capulet.lit/peers/stolen.lit").then().statusCode(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "romeo@wrong.lit",
        "wrong.lit/orchard",
        "capulet.lit",
        "verona.lit",
        "a b",
        "127.0.0.1"
      })
  void aPeerMustBeAnotherServer(String peer) {
    String session = command(ADMIN, OURS, BUDDY, "").getAttribute("sessionid");
    Element refused = ask(ADMIN, OURS, BUDDY, session, "complete", submit("peerjid", peer));
    assertError(refused, "bad-request", "bad-payload");
    assertError(
        ask(ADMIN, OURS, BUDDY, session, "complete", submit("peerjid", "x".repeat(4000))),
        "bad-request",
        "bad-payload");
    assertError(
        ask(ADMIN, OURS, BUDDY, session, "complete", submit()), "bad-request", "bad-payload");
    assertError(ask(ADMIN, OURS, BUDDY, session, "complete", ""), "bad-request", "bad-payload");
    assertError(ask(ADMIN, OURS, BUDDY, session, "prev", ""), "bad-request", "bad-action");
    assertEquals(
        "completed",
        command(
                ADMIN,
                OURS,
                BUDDY,
                session,
                "complete",
                submit("peerjid", "ok" + IDS.get() + ".lit"))
            .getAttribute("status"),
        "the session is still there to be corrected");
  }

  @Test
  void aSessionIsOnesOwn() {
    String session = command(ADMIN, OURS, BUDDY, "").getAttribute("sessionid");
    String[] foreign = {
      "made-up",
      session + "x",
      session.substring(1),
      "zzzzzzzzzzzz.1." + session,
      "..",
      "x".repeat(5000)
    };
    for (String id : foreign) {
      assertError(
          ask(ADMIN, OURS, BUDDY, id, "complete", submit("peerjid", "guess.lit")),
          "bad-request",
          "bad-sessionid");
    }
    assertError(
        ask(ADMIN, OURS, REMOVE, session, "complete", submit("peerjid", "guess.lit")),
        "bad-request",
        "bad-sessionid");
    assertError(
        ask(
            "juliet@capulet.lit/tomb",
            OURS,
            BUDDY,
            session,
            "complete",
            submit("peerjid", "guess.lit")),
        "bad-request",
        "bad-sessionid");
    assertError(ask(ADMIN, OURS, "urn:no-such-command", null, null, ""), "item-not-found", null);
  }

  @Test
  void whatWaitsIsListedAndDecidedWithNothingChosenBeforehand() {
    asks("first-in-line.lit");
    asks("second-in-line.lit");
    xmpp()
        .handOver("verona.lit", "<presence from='foreign.lit' to='verona.lit' type='subscribe'/>");
    Element form = command(ADMIN, OURS, PENDING, "");
    Map<String, Element> fields = fields(form);
    assertEquals(null, value(fields.get("request")));
    assertEquals(null, value(fields.get("decision")));
    String options = fields.get("request").getTextContent();
    assertFalse(form.getTextContent().contains("foreign.lit"));
    assertTrue(
        optionLabels(fields.get("request")).stream()
            .anyMatch(l -> l.startsWith("first-in-line.lit")));
    String request = peer("first-in-line.lit").extract().path("request.id");
    assertTrue(options.contains(request));
    String session = form.getAttribute("sessionid");

    assertError(
        ask(ADMIN, OURS, PENDING, session, "complete", submit("request", request)),
        "bad-request",
        "bad-payload");
    assertError(
        ask(
            ADMIN,
            OURS,
            PENDING,
            session,
            "complete",
            submit("request", "1", "decision", "approve")),
        "bad-request",
        "bad-payload");
    Element done =
        command(
            ADMIN,
            OURS,
            PENDING,
            session,
            "complete",
            submit("request", request, "decision", "approve"));
    assertEquals("from+pending-out", value(fields(done).get("state")));
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo("first-in-line.lit", 3));

    String second = peer("second-in-line.lit").extract().path("request.id");
    command(
        ADMIN,
        OURS,
        PENDING,
        start(PENDING),
        "complete",
        submit("request", second, "decision", "deny"));
    assertState("second-in-line.lit", "none");
    assertError(
        ask(
            ADMIN,
            OURS,
            PENDING,
            startOnly(PENDING),
            "complete",
            submit("request", second, "decision", "deny")),
        "item-not-found",
        null);
  }

  @Test
  void aForeignDomainsRequestIsNoneOfTheirs() {
    xmpp()
        .handOver("verona.lit", "<presence from='veronas.lit' to='verona.lit' type='subscribe'/>");
    asks("something-waits.lit");
    String request =
        as("admin")
            .get("/api/v1/domains/verona.lit/peers/veronas.lit")
            .then()
            .extract()
            .path("request.id");
    assertError(
        ask(
            ADMIN,
            OURS,
            PENDING,
            start(PENDING),
            "complete",
            submit("request", request, "decision", "approve")),
        "item-not-found",
        null);
    as("admin")
        .get("/api/v1/domains/verona.lit/peers/veronas.lit")
        .then()
        .body("state", equalTo("none+pending-in"));
  }

  @Test
  void aPeerIsRemovedOrBlocked() {
    WholeProtocol.becomeFriends("former.lit");
    command(ADMIN, OURS, REMOVE, start(REMOVE), "complete", submit("peerjid", "former.lit"));
    assertEquals(
        List.of("unavailable", "unsubscribed", "unsubscribe"),
        awaitTypesTo("former.lit", 6).subList(3, 6));
    assertError(
        ask(ADMIN, OURS, REMOVE, start(REMOVE), "complete", submit("peerjid", "former.lit")),
        "conflict",
        null);
    assertError(
        ask(ADMIN, OURS, REMOVE, start(REMOVE), "complete", submit("peerjid", "never-heard.lit")),
        "item-not-found",
        null);
    command(
        ADMIN,
        OURS,
        REMOVE,
        start(REMOVE),
        "complete",
        submit("peerjid", "former.lit", "block", "true"));
    peer("former.lit").body("blocked", equalTo(true));
  }

  @Test
  void theComponentItselfTakesCommandsToo() {
    Element form = plain(ADMIN, House.COMPONENT, BUDDY);
    assertEquals("executing", form.getAttribute("status"));
    assertFalse(fields(form).containsKey("domain"), "its own domain is meant");
    assertEquals(List.of(BUDDY, PENDING, REMOVE), items(ADMIN, House.COMPONENT));
  }

  @Test
  void theComponentSaysWhatItCanDo() {
    Element info =
        child(
            query("romeo@montague.lit/x", "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
            "query");
    assertTrue(features(info).contains("urn:xmpp:server-presence"), features(info).toString());
    assertTrue(features(info).contains(COMMANDS));
    Element node =
        child(
            query(
                ADMIN,
                "<query xmlns='http://jabber.org/protocol/disco#info' node='" + BUDDY + "'/>"),
            "query");
    assertEquals(List.of(COMMANDS, "jabber:x:data"), features(node));
    assertEquals("command-node", child(node, "identity").getAttribute("type"));
    assertEquals(
        "error",
        query(ADMIN, "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>")
            .getAttribute("type"));
    assertEquals("result", query("a.lit", "<ping xmlns='urn:xmpp:ping'/>").getAttribute("type"));
    Element version = child(query("a.lit", "<query xmlns='jabber:iq:version'/>"), "query");
    assertEquals("Server Roster", child(version, "name").getTextContent());
    Element unserved = query("a.lit", "<query xmlns='jabber:iq:private'/>");
    assertEquals("error", unserved.getAttribute("type"));
  }

  @Test
  void aHostIsToldWhomItTrustsAndNobodyElseIs() {
    String question = "<trusted xmlns='urn:server-roster:handover:0' peer='%s'/>";
    WholeProtocol.becomeFriends("trusty.lit");
    Element yes = child(query(OURS, question.formatted("Trusty.lit")), "trusted");
    assertEquals("true", yes.getAttribute("trusted"));
    assertEquals("both", yes.getAttribute("state"));
    assertEquals("trusty.lit", yes.getAttribute("peer"));
    Element no = child(query(OURS, question.formatted("nobody.lit")), "trusted");
    assertEquals("false", no.getAttribute("trusted"));
    Element elsewhere = child(query("verona.lit", question.formatted("trusty.lit")), "trusted");
    assertEquals("false", elsewhere.getAttribute("trusted"));
    for (String stranger : List.of("montague.lit", "juliet@capulet.lit/balcony", "capulet.lit/x")) {
      assertError(query(stranger, question.formatted("trusty.lit")), "forbidden", null);
    }
    assertError(query(OURS, question.formatted("a@b")), "bad-request", null);
    assertError(
        query(OURS, "<trusted xmlns='urn:server-roster:handover:0'/>"), "bad-request", null);
  }

  @Test
  void nobodySpeaksForAHostButItsServer() {
    String stanza = "<presence from='montague.lit' to='capulet.lit' type='subscribe'/>";
    for (String forger : List.of("evil.lit", "juliet@capulet.lit/x", "rome.lit")) {
      String id =
          xmpp().startHandOver(forger, House.COMPONENT, stanza.replace("montague", "forged"));
      assertError(xmpp().awaitAnswer(id), "forbidden", null);
      Element send =
          set(
              forger,
              "<send xmlns='urn:server-roster:handover:0'><presence to='forged.lit' type='subscribed'/></send>");
      assertEquals("error", send.getAttribute("type"));
    }
    assertEquals(List.of(), sentTo("forged.lit"));
    as("admin").get("/api/v1/domains/capulet.lit/peers/forged.lit").then().statusCode(404);
    assertEquals(0, mailboxes().about(NURSE, "forged.lit").size());
  }

  private static String start(String node) {
    return command(ADMIN, OURS, node, "").getAttribute("sessionid");
  }

  /** A session even when nothing waits, which ends the command at once. */
  private static String startOnly(String node) {
    asks("filler-" + IDS.incrementAndGet() + ".lit");
    return start(node);
  }

  private static Element command(String from, String to, String node, String payload) {
    return command(from, to, node, null, null, payload);
  }

  private static Element command(
      String from, String to, String node, String session, String action, String payload) {
    Element answer = ask(from, to, node, session, action, payload);
    assertEquals("result", answer.getAttribute("type"), () -> text(answer));
    return child(answer, "command");
  }

  /** What the shim does with a command to its host: it hands it over and gets the answer back. */
  private static Element ask(
      String from, String to, String node, String session, String action, String payload) {
    String iq =
        "<iq type='set' id='c%d' from='%s' to='%s'>%s</iq>"
            .formatted(IDS.incrementAndGet(), from, to, xml(node, session, action, payload));
    return child(child(xmpp().handOver(to, iq), "handover"), "iq");
  }

  private static Element plain(String from, String to, String node) {
    return child(set(from, xml(node, null, null, "")), "command");
  }

  private static String xml(String node, String session, String action, String payload) {
    return "<command xmlns='%s' node='%s'%s%s>%s</command>"
        .formatted(
            COMMANDS,
            node,
            session == null ? "" : " sessionid='" + session + "'",
            action == null ? "" : " action='" + action + "'",
            payload);
  }

  private static Element query(String from, String payload) {
    return stanza(from, "get", payload);
  }

  private static Element set(String from, String payload) {
    return stanza(from, "set", payload);
  }

  private static Element stanza(String from, String type, String payload) {
    String id = "q" + IDS.incrementAndGet();
    xmpp()
        .send(
            "<iq type='%s' id='%s' from='%s' to='%s'>%s</iq>"
                .formatted(type, id, from, House.COMPONENT, payload));
    return xmpp().awaitAnswer(id);
  }

  private static List<String> items(String from, String to) {
    Element query =
        child(
            query(
                from,
                "<query xmlns='http://jabber.org/protocol/disco#items' node='" + COMMANDS + "'/>"),
            "query");
    return elements(query, "item").stream().map(item -> item.getAttribute("node")).toList();
  }

  private static List<String> features(Element info) {
    return elements(info, "feature").stream().map(feature -> feature.getAttribute("var")).toList();
  }

  private static String submit(String... fields) {
    StringBuilder form = new StringBuilder("<x xmlns='jabber:x:data' type='submit'>");
    for (int i = 0; i < fields.length; i += 2) {
      form.append("<field var='%s'><value>%s</value></field>".formatted(fields[i], fields[i + 1]));
    }
    return form.append("</x>").toString();
  }

  private static Map<String, Element> fields(Element command) {
    Map<String, Element> fields = new java.util.HashMap<>();
    elements(child(command, "x"), "field").forEach(f -> fields.put(f.getAttribute("var"), f));
    return fields;
  }

  private static String value(Element field) {
    Element value = child(field, "value");
    return value == null ? null : value.getTextContent();
  }

  private static List<String> optionLabels(Element field) {
    return elements(field, "option").stream().map(option -> option.getAttribute("label")).toList();
  }

  private static List<Element> elements(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    NodeList all = parent.getElementsByTagNameNS("*", name);
    for (int i = 0; i < all.getLength(); i++) {
      found.add((Element) all.item(i));
    }
    return found;
  }

  private static void assertError(Element iq, String condition, String detail) {
    assertEquals("error", iq.getAttribute("type"), () -> text(iq));
    Element error = child(iq, "error");
    assertNotNull(child(error, condition), () -> text(iq));
    if (detail != null) {
      assertNotNull(child(error, detail), () -> text(iq));
    }
  }

  private static String text(Element element) {
    try {
      java.io.StringWriter writer = new java.io.StringWriter();
      javax.xml.transform.TransformerFactory.newInstance()
          .newTransformer()
          .transform(
              new javax.xml.transform.dom.DOMSource(element),
              new javax.xml.transform.stream.StreamResult(writer));
      return writer.toString();
    } catch (javax.xml.transform.TransformerException e) {
      return element.toString();
    }
  }
}
