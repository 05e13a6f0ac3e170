package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** What the server hands over, and when it may forget it (urn:server-roster:handover:0). */
class HandoverTest extends StreamFixture {

  @Test
  void unwrapsAPresenceAndAcknowledgesIt() throws Exception {
    attach();
    server.awaitStream();

    Element ack = server.handOver(HOST, subscribe("montague.lit/res"));

    assertEquals("result", ack.getAttribute("type"));
    assertEquals(JID, ack.getAttribute("from"));
    assertEquals(HOST, ack.getAttribute("to"));
    Exchange exchange = awaitExchange(1);
    assertEquals("montague.lit/res", exchange.getIn().getHeader(XmppHeaders.FROM));
    assertEquals(HOST, exchange.getIn().getHeader(XmppHeaders.TO));
    assertEquals("s1", exchange.getIn().getHeader(XmppHeaders.STANZA_ID));
    assertEquals("presence", exchange.getIn().getHeader(XmppHeaders.STANZA_KIND));
    assertEquals("subscribe", exchange.getIn().getHeader(XmppHeaders.STANZA_TYPE));
    assertEquals("subscribe", exchange.getIn().getHeader(XmppHeaders.PRESENCE_TYPE));
    assertEquals(HOST, exchange.getIn().getHeader(XmppHeaders.HANDOVER_HOST));
    assertEquals(
        ack.getAttribute("id"), "handover-" + exchange.getIn().getHeader(XmppHeaders.HANDOVER_SEQ));
    assertEquals(ExchangePattern.InOnly, exchange.getPattern());
    assertEquals(Presence.Type.subscribe, exchange.getIn().getBody(Presence.class).getType());
  }

  @Test
  void acknowledgesOnlyAfterTheExchangeIsDone() throws Exception {
    CountDownLatch committed = new CountDownLatch(1);
    attach(exchange -> committed.await());
    server.awaitStream();

    String id = server.startHandOver(HOST, subscribe("montague.lit"));
    awaitExchange(1);
    Element other = server.handOver(HOST, "<presence from='a.lit' to='b.lit'/>"); // another lane
    assertEquals("error", other.getAttribute("type"));
    assertTrue(server.received().stream().noneMatch(s -> s.getAttribute("id").equals(id)));
    committed.countDown();

    assertEquals("result", server.awaitAnswer(id).getAttribute("type"));
  }

  @Test
  void asksForTheStanzaAgainWhenTheExchangeFailed() throws Exception {
    XmppComponent component =
        attach(
            exchange -> {
              throw new IllegalStateException("the database is at db.internal:5432");
            });
    server.awaitStream();

    Element ack = server.handOver(HOST, subscribe("montague.lit"));

    assertError(ack, "wait", "internal-server-error");
    assertFalse(ScriptedXmppServer.xml(ack).contains("db.internal"));
    assertEquals(1, component.streamCounters(JID).failed());
  }

  @Test
  void asksForTheStanzaAgainWhenTheExchangeWasRolledBackSilently() throws Exception {
    attach(exchange -> exchange.setRollbackOnly(true));
    server.awaitStream();

    assertError(server.handOver(HOST, subscribe("montague.lit")), "wait", "internal-server-error");
  }

  @Test
  void asksForTheStanzaAgainWhenNobodyListens() throws Exception {
    XmppComponent component = attach();
    component.getCamelContext().createProducerTemplate().start();
    var producer = component.getCamelContext().getEndpoint(URI).createProducer();
    producer.start();
    server.awaitStream();
    component.getCamelContext().getRouteController().stopRoute("in");

    assertError(server.handOver(HOST, subscribe("montague.lit")), "wait", "service-unavailable");
    producer.stop();
  }

  /** As when the service stops, one route after the other: whoever is left may not care for it. */
  @Test
  void asksForTheStanzaAgainWhileOneOfSeveralConsumersIsStopped() throws Exception {
    XmppComponent component = attach();
    component
        .getCamelContext()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                from(URI)
                    .routeId("commands")
                    .filter(header(XmppHeaders.STANZA_KIND).isEqualTo("iq"))
                    .to("log:never");
              }
            });
    server.awaitStream();
    component.getCamelContext().getRouteController().stopRoute("in");

    assertError(server.handOver(HOST, subscribe("montague.lit")), "wait", "service-unavailable");
    assertEquals(0, exchanges.size());

    component.getCamelContext().getRouteController().startRoute("in");
    assertEquals("result", server.handOver(HOST, subscribe("montague.lit")).getAttribute("type"));
    awaitExchange(1);

    component.getCamelContext().getRouteController().stopRoute("commands");
    component.getCamelContext().removeRoute("commands");
    assertEquals("result", server.handOver(HOST, subscribe("montague.lit")).getAttribute("type"));
    awaitExchange(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<presence from='montague.lit' to='capulet.lit' type='surprise'/>",
        "<presence from='montague.lit' type='subscribe'/>",
        "<presence from='montague.lit' to='verona.lit' type='subscribe'/>",
        "<presence from='montague.lit' to='romeo@capulet.lit' type='subscribe'/>",
        "<presence from='romeo@' to='capulet.lit' type='subscribe'/>",
        "<presence from='montague.lit' to='capulet.lit'/><presence to='capulet.lit'/>",
        "<iq from='montague.lit' to='capulet.lit' type='result' id='x'/>",
        "<presence xmlns='urn:other' from='montague.lit' to='capulet.lit'/>",
        "<other/>",
        ""
      })
  void refusesForGoodWhatSendingAgainCannotMend(String stanza) throws Exception {
    attach();
    server.awaitStream();

    assertError(server.handOver(HOST, stanza), "modify", "bad-request");

    assertEquals("result", server.handOver(HOST, subscribe("b.lit")).getAttribute("type"));
    assertEquals(1, exchanges.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.lit", "capulet.lit/res", "romeo@capulet.lit", "sub.capulet.lit"})
  void refusesAForgedHandover(String forger) throws Exception {
    XmppComponent component = attach();
    server.awaitStream();

    String id = server.startHandOver(forger, JID, subscribe("montague.lit"));

    assertError(server.awaitAnswer(id), "auth", "forbidden");
    String other = server.startHandOver(HOST, JID + "/res", subscribe("montague.lit"));
    assertError(server.awaitAnswer(other), "auth", "forbidden");
    assertEquals(0, exchanges.size());
    assertEquals(2, component.streamCounters(JID).forbidden());
  }

  @Test
  void dropsTheResourceOfTheAddressee() throws Exception {
    attach();
    server.awaitStream();

    Element ack =
        server.handOver(
            HOST, "<presence from='montague.lit' to='CAPULET.lit/res' type='subscribe'/>");

    assertEquals("result", ack.getAttribute("type"));
    assertEquals(1, exchanges.size());
  }

  @Test
  void passesOnAPresenceOfAUserAndOfTypeError() throws Exception {
    attach();
    server.awaitStream();

    server.handOver(HOST, "<presence from='romeo@montague.lit' to='capulet.lit'/>");
    server.handOver(
        HOST,
        "<presence from='montague.lit' to='capulet.lit' type='error'>"
            + ScriptedXmppServer.error("remote-server-not-found", "cancel")
            + "</presence>");

    assertEquals("available", exchanges.get(0).getIn().getHeader(XmppHeaders.PRESENCE_TYPE));
    assertEquals("error", exchanges.get(1).getIn().getHeader(XmppHeaders.PRESENCE_TYPE));
    assertEquals(
        "remote-server-not-found",
        exchanges.get(1).getIn().getBody(Presence.class).getError().getCondition().toString());
  }

  @Test
  void carriesTheAnswerToAnIqInTheResult() throws Exception {
    attach(
        exchange ->
            exchange
                .getMessage()
                .setBody(
                    StandardExtensionElement.builder(
                            "command", "http://jabber.org/protocol/commands")
                        .addAttribute("status", "completed")
                        .build()));
    server.awaitStream();

    Element ack =
        server.handOver(
            HOST,
            "<iq from='admin@capulet.lit/a' to='capulet.lit' type='set' id='c1'>"
                + "<command xmlns='http://jabber.org/protocol/commands' node='n'/></iq>");

    Element answer = ScriptedXmppServer.child(ScriptedXmppServer.child(ack, "handover"), "iq");
    assertEquals("result", answer.getAttribute("type"));
    assertEquals("c1", answer.getAttribute("id"));
    assertEquals("capulet.lit", answer.getAttribute("from"));
    assertEquals("admin@capulet.lit/a", answer.getAttribute("to"));
    assertEquals("jabber:client", answer.getNamespaceURI());
    assertEquals("completed", ScriptedXmppServer.child(answer, "command").getAttribute("status"));
    assertEquals(ExchangePattern.InOut, exchanges.get(0).getPattern());
    assertTrue(exchanges.get(0).getIn().getBody() instanceof IQ);
    assertNull(exchanges.get(0).getIn().getHeader(XmppHeaders.PRESENCE_TYPE));
  }

  @Test
  void deliversWhatSharesASegmentWithTheHandshake() throws Exception {
    server.behindHandshake(
        "<iq type='set' from='capulet.lit' to='roster.capulet.lit' id='early'><handover xmlns='"
            + ScriptedXmppServer.HANDOVER
            + "'>"
            + subscribe("montague.lit")
            + "</handover></iq>");
    attach();

    assertEquals("result", server.awaitAnswer("early").getAttribute("type"));
    assertEquals(1, exchanges.size());
  }

  @Test
  void dropsHalfAStanza() throws Exception {
    XmppComponent component = attach();
    server.awaitStream();

    server.send("<iq type='set' from='capulet.lit' to='roster.capulet.lit' id='half'><handover");
    server.drop();

    await().until(() -> server.accepted() == 2);
    awaitState(component, StreamState.AUTHENTICATED);
    assertEquals("result", server.handOver(HOST, subscribe("b.lit")).getAttribute("type"));
    assertEquals(1, exchanges.size());
  }

  static void assertError(Element iq, String type, String condition) {
    assertEquals("error", iq.getAttribute("type"));
    Element error = ScriptedXmppServer.child(iq, "error");
    assertEquals(type, error.getAttribute("type"));
    assertEquals(condition, ScriptedXmppServer.child(error).getLocalName());
  }
}
