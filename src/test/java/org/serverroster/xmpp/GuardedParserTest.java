package org.serverroster.xmpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.provider.ExtensionElementProvider;
import org.jivesoftware.smack.provider.ProviderManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xmlpull.v1.XmlPullParser;
import org.xmlpull.v1.XmlPullParserException;

/** Whatever comes, the parser ends a stanza or the stream, and always in the right place. */
class GuardedParserTest {

  private static final String OPEN =
      "<stream:stream xmlns='jabber:component:accept'"
          + " xmlns:stream='http://etherx.jabber.org/streams'>";

  private static final String END = "</stream:stream>";

  private static final List<String> STANZAS =
      List.of(
          "<presence from='a.lit' to='b.lit' type='subscribe'><status>x &amp; y</status></presence>",
          "<presence from='a.lit' to='b.lit' type='error'><error type='cancel'><gone"
              + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text"
              + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>t</text></error></presence>",
          "<message from='a.lit' to='b.lit'><body>hi</body><delay xmlns='urn:xmpp:delay'"
              + " stamp='2020-01-01T00:00:00Z'/></message>",
          "<iq from='a.lit' to='b.lit' type='set' id='1'><handover"
              + " xmlns='urn:server-roster:handover:0'><presence from='c.lit' to='a.lit'/></handover></iq>",
          "<iq from='a.lit' to='b.lit' type='get' id='2'><query"
              + " xmlns='http://jabber.org/protocol/disco#info' node='n'/></iq>",
          "<iq from='a.lit' to='b.lit' type='set' id='3'><command"
              + " xmlns='http://jabber.org/protocol/commands' node='n' action='execute'><x"
              + " xmlns='jabber:x:data' type='submit'><field var='peerjid'><value>p.lit</value></field>"
              + "</x></command></iq>");

  @BeforeAll
  static void ready() {
    Smack.ready();
  }

  @Test
  void readsEachStanzaBehindOneThatItCannotRead() throws Exception {
    StringBuilder xml = new StringBuilder(OPEN);
    for (int i = 0; i < STANZAS.size(); i++) {
      xml.append("<presence type='").append(i).append("'><a><b/></a></presence>\n");
      xml.append(STANZAS.get(i)).append("<unknown xmlns='u'><presence/></unknown>");
    }

    Reading reading = read(xml.append("</stream:stream>").toString().getBytes());

    assertEquals(STANZAS.size(), reading.stanzas().size());
    assertEquals(STANZAS.size(), reading.unreadable());
    assertEquals(null, reading.end());
  }

  @Test
  void letsNoProviderReadIntoTheNextStanza() throws Exception {
    ProviderManager.addExtensionProvider("greedy", "urn:test:greedy", new Greedy());
    String greedy = "<message from='a.lit'><greedy xmlns='urn:test:greedy'/></message>";
    String swallowed = "<presence from='a.lit'><greedy xmlns='urn:test:greedy'/></presence>";

    Reading reading =
        read(
            (OPEN + greedy + STANZAS.get(0) + swallowed + STANZAS.get(0) + STANZAS.get(2) + END)
                .getBytes(StandardCharsets.UTF_8));

    assertEquals(null, reading.end());
    assertEquals(2, reading.unreadable());
    assertEquals(3, reading.stanzas().size());
  }

  /** Reads as far as it can, as a provider does that waits for an end tag of another name. */
  private static final class Greedy extends ExtensionElementProvider<StandardExtensionElement> {
    @Override
    public StandardExtensionElement parse(XmlPullParser parser, int initialDepth) throws Exception {
      while (parser.next() != XmlPullParser.END_DOCUMENT) {
        // on and on
      }
      return StandardExtensionElement.builder("greedy", "urn:test:greedy").build();
    }
  }

  @Test
  void survivesDamage() throws Exception {
    Random random = new Random(267);
    for (int round = 0; round < 3000; round++) {
      StringBuilder xml = new StringBuilder(OPEN);
      for (int i = 0; i < 4; i++) {
        xml.append(STANZAS.get(random.nextInt(STANZAS.size())));
      }
      byte[] bytes = xml.append("</stream:stream>").toString().getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i <= random.nextInt(4); i++) {
        damage(bytes, random);
      }

      Reading reading = read(bytes);

      assertTrue(reading.stanzas().size() + reading.unreadable() <= 8, () -> new String(bytes));
    }
  }

  /** One byte of the content becomes another, or is copied from elsewhere. */
  private static void damage(byte[] bytes, Random random) {
    int at = OPEN.length() + random.nextInt(bytes.length - OPEN.length());
    int from = OPEN.length() + random.nextInt(bytes.length - OPEN.length());
    bytes[at] = random.nextInt(8) == 0 ? (byte) random.nextInt(256) : bytes[from];
  }

  private record Reading(List<Stanza> stanzas, int unreadable, Exception end) {}

  /** Reads to the end; any exception but those of damaged XML fails the test. */
  private static Reading read(byte[] bytes) throws XmlPullParserException, IOException {
    List<Stanza> stanzas = new ArrayList<>();
    int unreadable = 0;
    GuardedParser parser =
        new GuardedParser(new MeteredInput(new ByteArrayInputStream(bytes), 1_000_000), 16);
    try {
      parser.toStreamHeader();
      while (parser.toNextChild()) {
        if (!List.of("presence", "message", "iq").contains(parser.getName())) {
          parser.skipChild();
          continue;
        }
        try {
          stanzas.add(parser.readStanza());
        } catch (UnreadableStanzaException e) {
          unreadable++;
        }
        assertEquals(2, parser.getDepth());
      }
      return new Reading(stanzas, unreadable, null);
    } catch (XmlPullParserException | IOException e) {
      return new Reading(stanzas, unreadable, e);
    }
  }
}
