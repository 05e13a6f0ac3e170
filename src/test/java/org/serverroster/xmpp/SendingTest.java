package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.jivesoftware.smack.packet.ErrorIQ;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;
import org.w3c.dom.Element;

/** What the producer sends, and what it says of its fate. */
class SendingTest extends StreamFixture {

  private ProducerTemplate template;
  private XmppComponent component;

  private void attachProducer(Consumer<XmppComponent> options) throws Exception {
    component = attach(options, exchange -> {});
    template = component.getCamelContext().createProducerTemplate();
    server.awaitStream();
    awaitState(component, StreamState.AUTHENTICATED);
  }

  @Test
  void sendsInItsOwnName() throws Exception {
    attachProducer(c -> {});

    template.sendBody(URI, presence(null));
    template.sendBody(URI, presence(JID));

    await().until(() -> server.received().size() == 2);
    for (Element sent : server.received()) {
      assertEquals(JID, sent.getAttribute("from"));
      assertEquals("montague.lit", sent.getAttribute("to"));
      assertEquals("jabber:component:accept", sent.getNamespaceURI());
      assertEquals("a<b&'\"\u00fc", ScriptedXmppServer.child(sent, "status").getTextContent());
    }
  }

  @Test
  void sendsInTheNameOfAHostAndWaitsForTheAcknowledgement() throws Exception {
    attachProducer(c -> {});
    Presence presence = presence(HOST);

    template.sendBody(URI, presence);

    Element request = server.received().get(0); // it is there: it was acknowledged
    assertEquals(JID, request.getAttribute("from"));
    assertEquals(HOST, request.getAttribute("to"));
    Element sent = server.sent().get(0);
    assertFalse(sent.hasAttribute("from"));
    assertEquals("montague.lit", sent.getAttribute("to"));
    assertEquals("subscribed", sent.getAttribute("type"));
    assertEquals(presence.getStanzaId(), sent.getAttribute("id"));
    assertEquals("a<b&'\"\u00fc", ScriptedXmppServer.child(sent, "status").getTextContent());
    assertEquals(HOST, presence.getFrom().toString());
  }

  @Test
  void saysWhyTheServerRefused() throws Exception {
    attachProducer(c -> {});
    server.refuseSends("forbidden", "auth");

    var refused = assertInstanceOf(StanzaRefusedException.class, failure(presence(HOST)));

    assertEquals("forbidden", refused.condition());
  }

  @Test
  void saysThatNoAcknowledgementCame() throws Exception {
    attachProducer(c -> c.setSendTimeout(Duration.ofMillis(100)));
    server.ignoreSends();

    assertInstanceOf(AcknowledgementMissingException.class, failure(presence(HOST)));
  }

  @Test
  void saysAtOnceThatTheStreamBrokeWhileItWaited() throws Exception {
    attachProducer(c -> c.setSendTimeout(Duration.ofMinutes(5)));
    server.ignoreSends();
    var sending = template.asyncSendBody(URI, presence(HOST));
    server.awaitSent(s -> true);

    server.drop();

    var problem =
        assertThrows(
            java.util.concurrent.ExecutionException.class, () -> sending.get(5, TimeUnit.SECONDS));
    assertInstanceOf(StreamDownException.class, root(problem));
  }

  @Test
  void refusesToSendWithoutAStream() throws Exception {
    attachProducer(c -> {});
    server.stop();
    awaitState(component, StreamState.LOST);

    assertInstanceOf(StreamDownException.class, failure(presence(null)));
    assertInstanceOf(StreamDownException.class, failure(presence(HOST)));
  }

  @Test
  void refusesToSendInAStrangersName() throws Exception {
    attachProducer(c -> {});

    assertInstanceOf(IllegalArgumentException.class, failure(presence("evil.lit")));
    assertInstanceOf(IllegalArgumentException.class, failure(presence("capulet.lit/res")));
    assertInstanceOf(IllegalArgumentException.class, failure(presence("romeo@capulet.lit")));
    assertTrue(server.received().isEmpty());
  }

  @Test
  void bringsThePeersAnswerInEitherShape() throws Exception {
    attachProducer(c -> {});
    String answer =
        "<iq xmlns='jabber:client' type='result' from='peer.lit' to='capulet.lit' id='x'/>";
    for (String content :
        new String[] {
          answer,
          answer.replace(" xmlns='jabber:client'", ""),
          "<send xmlns='" + ScriptedXmppServer.HANDOVER + "'>" + answer + "</send>"
        }) {
      server.answerSends(send -> content);
      IQ got = template.requestBody(URI, ping(), IQ.class);
      assertEquals("peer.lit", got.getFrom().toString(), content);
      assertEquals(IQ.Type.result, got.getType());
    }
    server.answerSends(
        send ->
            answer
                .replace("result", "error")
                .replace(
                    "/>",
                    ">" + ScriptedXmppServer.error("service-unavailable", "cancel") + "</iq>"));
    assertInstanceOf(ErrorIQ.class, template.requestBody(URI, ping()));
    server.acknowledgeSends();
    assertNull(template.requestBody(URI, ping()));
  }

  private Throwable failure(Presence presence) {
    return root(
        assertThrows(CamelExecutionException.class, () -> template.sendBody(URI, presence)));
  }

  private static Throwable root(Throwable problem) {
    Throwable cause = problem;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static Ping ping() throws Exception {
    Ping ping = new Ping(JidCreate.from("peer.lit"));
    ping.setFrom(JidCreate.from(HOST));
    return ping;
  }

  private static Presence presence(String from) throws Exception {
    Presence presence = new Presence(Presence.Type.subscribed);
    presence.setTo(JidCreate.from("montague.lit"));
    presence.setFrom(from == null ? null : JidCreate.from(from));
    presence.setStatus("a<b&'\"\u00fc");
    return presence;
  }
}
