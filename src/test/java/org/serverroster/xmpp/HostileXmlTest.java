package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.jivesoftware.smack.packet.Presence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** What a stranger may write: it costs one stanza or one stream, and never more. */
class HostileXmlTest extends StreamFixture {

  private static final String GOOD =
      "<presence from='good.lit' to='roster.capulet.lit' type='subscribe' id='good'/>";

  private XmppComponent component;

  @BeforeEach
  void attachOne() throws Exception {
    component = attach(c -> c.setMaxStanzaSize(1_000_000), exchange -> {});
    server.awaitStream();
    awaitState(component, StreamState.AUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<presence from='a.lit' to='roster.capulet.lit' type='surprise'/>",
        "<presence from='romeo@' to='roster.capulet.lit' type='subscribe'/>",
        "<presence from='a.lit' to='roster.capulet.lit'><priority>x</priority></presence>",
        "<presence from='a.lit' to='roster.capulet.lit'><show>busy</show></presence>",
        "<presence from='a.lit' to='roster.capulet.lit'><priority>9999</priority><x/></presence>",
        "<message from='a.lit' to='roster.capulet.lit' type='gossip'/>",
        "<message from='a.lit' to='roster.capulet.lit'><subject><b/></subject></message>",
        "<iq from='a.lit' to='roster.capulet.lit' type='maybe' id='q'/>",
      })
  void skipsWhatIsXmlButNotXmpp(String stanza) {
    server.send(stanza + GOOD);

    assertEquals("good.lit", awaitExchange(1).getIn().getHeader(XmppHeaders.FROM));
    assertEquals(1, component.streamCounters(JID).unparsable());
    assertEquals(1, server.accepted());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<iq from='a.lit' to='roster.capulet.lit' type='get' id='q'/>",
        "<iq from='a.lit' to='roster.capulet.lit' type='set' id='q'>"
            + "<handover xmlns='urn:server-roster:handover:0'><iq type='nonsense'/></handover></iq>",
      })
  void answersAnIqThatItCannotRead(String iq) {
    server.send(iq + GOOD);

    Element answer = server.awaitAnswer("q");
    HandoverTest.assertError(answer, "modify", "bad-request");
    assertEquals("a.lit", answer.getAttribute("to"));
    awaitExchange(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "<?target data?>",
        "<!-- psst -->",
        "<presence from='a.lit' to='roster.capulet.lit'><status>&bomb;</status></presence>",
        "<presence from='a.lit' to='roster.capulet.lit'><x xmlns='u'>&bomb;</x></presence>",
        "<presence from='a.lit' to='roster.capulet.lit'></message>",
        "<presence from='a.lit' to='roster.capulet.lit' from='b.lit'/>",
        "<presence from='a.lit' to=roster/>",
        "<presence from='a.lit' to='roster.capulet.lit'><y:x/></presence>",
        "]]>",
      })
  void closesTheStreamOverWhatIsNotXmlForXmppAndComesBack(String xml) {
    server.send(xml + GOOD);

    await().until(() -> server.accepted() == 2);
    assertEquals(1, component.streamCounters(JID).malformed());
    assertTrue(
        Set.of("not-well-formed", "restricted-xml").contains(server.ends().get(0)),
        server.ends().toString());
    awaitState(component, StreamState.AUTHENTICATED);
    assertEquals(0, exchanges.size());
    server.send(GOOD);
    awaitExchange(1);
  }

  @Test
  void doesNotExpandEntitiesDeclaredBeforeTheStream() {
    server.send(
        "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
            + "<presence from='a.lit' to='roster.capulet.lit'><status>&b;</status></presence>");

    await().until(() -> server.accepted() == 2);
    assertEquals(0, exchanges.size());
  }

  @Test
  void skipsAStanzaThatIsNestedTooDeep() {
    String deep = "<a>".repeat(10_000) + "</a>".repeat(10_000);
    server.send(
        "<presence from='a.lit' to='roster.capulet.lit'><x xmlns='u'>" + deep + "</x></presence>");
    server.send(
        "<iq from='a.lit' to='roster.capulet.lit' id='deep' type='get'><x xmlns='u'>"
            + deep
            + "</x></iq>");
    server.send(GOOD);

    assertEquals("good.lit", awaitExchange(1).getIn().getHeader(XmppHeaders.FROM));
    HandoverTest.assertError(server.awaitAnswer("deep"), "modify", "bad-request");
    assertEquals(2, component.streamCounters(JID).overcomplex());
    assertEquals(1, server.accepted());
  }

  @Test
  void refusesForGoodAHandoverThatIsNestedTooDeep() {
    String deep = "<a>".repeat(10_000) + "</a>".repeat(10_000);

    Element answer =
        server.handOver(
            HOST,
            "<presence from='a.lit' to='capulet.lit' type='subscribe'>" + deep + "</presence>");

    HandoverTest.assertError(answer, "modify", "bad-request");
  }

  @Test
  void skipsAStanzaWithTooManyAttributesOrNamespaces() {
    StringBuilder attributes = new StringBuilder();
    StringBuilder namespaces = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      attributes.append(" a").append(i).append("=''");
      namespaces.append(" xmlns:n").append(i).append("='u'");
    }
    server.send(
        "<presence from='a.lit' to='roster.capulet.lit'><x xmlns='u'"
            + attributes
            + "/></presence>");
    server.send(
        "<presence from='a.lit' to='roster.capulet.lit'><n29999:x" + namespaces + "/></presence>");
    server.send("<presence from='a.lit' to='roster.capulet.lit'" + attributes + "/>");
    server.send(GOOD);
    assertEquals("good.lit", awaitExchange(1).getIn().getHeader(XmppHeaders.FROM));
    assertEquals(3, component.streamCounters(JID).overcomplex());
    assertEquals(1, server.accepted());
  }

  @Test
  void closesTheStreamOverAStanzaOfTenMegabytes() {
    server.send(
        "<presence from='a.lit' to='roster.capulet.lit'><status>"
            + "x".repeat(10_000_000)
            + "</status></presence>");

    await().until(() -> server.accepted() == 2);
    assertEquals(1, component.streamCounters(JID).oversized());
    server.send(GOOD);
    awaitExchange(1);
  }

  @Test
  void countsTheSizePerStanza() {
    String half =
        "<presence from='a.lit' to='roster.capulet.lit'><status>"
            + "x".repeat(600_000)
            + "</status></presence>";
    server.send(half + half + half);

    awaitExchange(3);
    assertEquals(0, component.streamCounters(JID).oversized());
  }

  @Test
  void rejectsInvalidUtf8() {
    byte[] bad =
        "<presence from='a.lit' to='roster.capulet.lit'><status>?</status></presence>"
            .getBytes(StandardCharsets.US_ASCII);
    bad[new String(bad, StandardCharsets.US_ASCII).indexOf('?')] = (byte) 0xc3;
    server.send(bad);

    await().until(() -> server.accepted() == 2);
    assertEquals(1, component.streamCounters(JID).malformed());
    assertEquals(0, exchanges.size());
  }

  @Test
  void readsACharacterThatIsSplitOverSegments() {
    byte[] bytes =
        "<presence from='a.lit' to='roster.capulet.lit'><status>\u00fc\u20ac\ud83d\ude00</status></presence>"
            .getBytes(StandardCharsets.UTF_8);
    byte[][] segments = new byte[bytes.length][];
    for (int i = 0; i < bytes.length; i++) {
      segments[i] = Arrays.copyOfRange(bytes, i, i + 1);
    }
    server.send(segments);

    assertEquals(
        "\u00fc\u20ac\ud83d\ude00", awaitExchange(1).getIn().getBody(Presence.class).getStatus());
  }

  @Test
  void letsNoStanzaNameAHeader() {
    server.send(
        "<message from='a.lit' to='roster.capulet.lit' id='m'><subject>Subject</subject>"
            + "<properties xmlns='http://www.jivesoftware.com/xmlns/xmpp/properties'>"
            + property("CamelJdbcParameters", "string", "x")
            + property("to", "string", "evil@evil.lit")
            + property("subject", "string", "Evil")
            + property("CamelHttpUri", "string", "http://evil.lit")
            + property("o", "java-object", "rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==")
            + "</properties></message>");

    Exchange exchange = awaitExchange(1);
    assertEquals(
        Set.of(
            XmppHeaders.FROM,
            XmppHeaders.TO,
            XmppHeaders.STANZA_ID,
            XmppHeaders.STANZA_KIND,
            XmppHeaders.STANZA_TYPE),
        new TreeSet<>(exchange.getIn().getHeaders().keySet()));
    assertEquals("normal", exchange.getIn().getHeader(XmppHeaders.STANZA_TYPE));
    assertTrue(
        exchange
            .getIn()
            .getBody(org.jivesoftware.smack.packet.Message.class)
            .getExtensions()
            .stream()
            .noneMatch(e -> e.getClass().getName().contains("JiveProperties")));
  }

  @Test
  void doesNotMixTwoStanzasWhenAnExtensionIsOdd() {
    server.send(
        "<presence from='good.lit' to='roster.capulet.lit' type='subscribe' id='odd'>"
            + "<c xmlns='http://jabber.org/protocol/caps'/>"
            + "<x xmlns='jabber:x:data' type='none of them'><field/></x>"
            + "<delay xmlns='urn:xmpp:delay' stamp='never'><presence/></delay></presence>"
            + GOOD);

    assertEquals("good", awaitExchange(2).getIn().getHeader(XmppHeaders.STANZA_ID));
    assertEquals("odd", exchanges.get(0).getIn().getHeader(XmppHeaders.STANZA_ID));
    assertEquals(1, server.accepted());
  }

  private static String property(String name, String type, String value) {
    return "<property><name>%s</name><value type='%s'>%s</value></property>"
        .formatted(name, type, value);
  }
}
