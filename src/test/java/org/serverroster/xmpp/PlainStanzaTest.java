package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;
import org.w3c.dom.Element;

/** Stanzas for the component's own domain, as any XEP-0114 server delivers them. */
class PlainStanzaTest extends StreamFixture {

  private static final String GET =
      "<iq from='a.lit/r' to='roster.capulet.lit' type='get' id='g'><ping xmlns='urn:xmpp:ping'/></iq>";

  @Test
  void deliversPresenceAndAnswersNothingByItself() throws Exception {
    attach();
    server.awaitStream();

    server.send(
        "<presence from='a.lit' to='roster.capulet.lit' type='subscribe' id='p'/>"
            + "<presence from='a.lit' to='roster.capulet.lit' type='probe'/>"
            + GET);

    server.awaitAnswer("g"); // were there an answer to the presence, it would have come before
    Exchange exchange = exchanges.get(0);
    assertEquals("subscribe", exchange.getIn().getHeader(XmppHeaders.PRESENCE_TYPE));
    assertNull(exchange.getIn().getHeader(XmppHeaders.HANDOVER_HOST));
    assertEquals(ExchangePattern.InOnly, exchange.getPattern());
    await().until(() -> exchanges.size() == 3);
    assertEquals(1, server.received().size());
  }

  @Test
  void answersAnIqWithThePayloadFromTheRoute() throws Exception {
    attach(
        exchange ->
            exchange
                .getMessage()
                .setBody(StandardExtensionElement.builder("pong", "urn:test").build()));
    server.awaitStream();

    server.send(GET);

    Element answer = server.awaitAnswer("g");
    assertEquals("result", answer.getAttribute("type"));
    assertEquals("a.lit/r", answer.getAttribute("to"));
    assertEquals(JID, answer.getAttribute("from"));
    assertEquals("jabber:component:accept", answer.getNamespaceURI());
    assertEquals("urn:test", ScriptedXmppServer.child(answer, "pong").getNamespaceURI());
  }

  @Test
  void answersAnIqWithTheIqFromTheRoute() throws Exception {
    attach(
        exchange ->
            exchange.getMessage().setBody(IQ.createResultIQ(exchange.getIn().getBody(IQ.class))));
    server.awaitStream();

    server.send(GET);

    assertEquals("result", server.awaitAnswer("g").getAttribute("type"));
  }

  @Test
  void answersThatNobodyServesAnIq() throws Exception {
    attach();
    server.awaitStream();

    server.send(GET);

    HandoverTest.assertError(server.awaitAnswer("g"), "cancel", "service-unavailable");
  }

  @Test
  void answersAFailedExchangeWithoutSayingWhy() throws Exception {
    attach(
        exchange -> {
          throw new IllegalStateException("secret detail");
        });
    server.awaitStream();

    server.send(GET);

    Element answer = server.awaitAnswer("g");
    HandoverTest.assertError(answer, "cancel", "internal-server-error");
    assertFalse(ScriptedXmppServer.xml(answer).contains("detail"));
  }

  @Test
  void neverAnswersAnErrorOrAnUnexpectedResult() throws Exception {
    XmppComponent component = attach();
    server.awaitStream();

    server.send(
        "<iq from='a.lit' to='roster.capulet.lit' type='error' id='e'>"
            + ScriptedXmppServer.error("bad-request", "modify")
            + "</iq><iq from='a.lit' to='roster.capulet.lit' type='result' id='r'/>"
            + "<presence from='a.lit' to='roster.capulet.lit' type='error' id='pe'/>"
            + GET);

    server.awaitAnswer("g");
    assertEquals(1, server.received().size());
    assertEquals(2, component.streamCounters(JID).unclaimed());
  }

  @Test
  void dropsWhatIsForAnotherDomain() throws Exception {
    XmppComponent component = attach();
    server.awaitStream();

    server.send("<presence from='a.lit' to='other.lit' type='subscribe'/>" + GET);

    server.awaitAnswer("g");
    assertEquals(1, component.streamCounters(JID).misrouted());
    assertEquals(1, exchanges.size());
  }

  @Test
  void matchesAnAnswerByIdAndSender() throws Exception {
    XmppComponent component = attach();
    server.awaitStream();
    awaitState(component, StreamState.AUTHENTICATED);
    ProducerTemplate template = component.getCamelContext().createProducerTemplate();
    Ping ping = new Ping(JidCreate.from("peer.lit"));

    var answer = template.asyncRequestBody(URI, ping);
    Element asked = server.awaitStanza(s -> s.getAttribute("to").equals("peer.lit"));
    String id = asked.getAttribute("id");
    server.send(
        "<iq from='evil.lit' to='roster.capulet.lit' type='result' id='" + id + "'/>" + GET);
    server.awaitAnswer("g");
    assertFalse(answer.isDone());
    server.send("<iq from='peer.lit' to='roster.capulet.lit' type='result' id='" + id + "'/>");

    assertTrue(answer.get() instanceof IQ);
    assertEquals("peer.lit", ((IQ) answer.get()).getFrom().toString());
  }
}
