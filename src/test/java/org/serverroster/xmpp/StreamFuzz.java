package org.serverroster.xmpp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;
import org.xmlpull.v1.XmlPullParserException;

/**
 * What {@code bin/fuzz stream} gives to a fuzzer that sees which code its inputs reach: any bytes
 * on an open component stream. Each ends a stanza or the stream and nothing else, whoever wrote
 * them.
 */
public final class StreamFuzz {

  static final String OPEN =
      "<stream:stream xmlns='jabber:component:accept'"
          + " xmlns:stream='http://etherx.jabber.org/streams'>";

  private static final Set<String> STANZAS = Set.of("presence", "message", "iq");
  private static final int MOST_BYTES = 100_000;
  private static final int MOST_DEPTH = 16;

  private StreamFuzz() {}

  /** Called once by the fuzzer. */
  public static void fuzzerInitialize() {
    Smack.ready();
  }

  /** Called by the fuzzer for each input; what it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    read(List.of(OPEN.getBytes(StandardCharsets.UTF_8), input));
  }

  /** The stanzas that can be read, until the stream ends or breaks. */
  static List<Stanza> read(List<byte[]> parts) {
    List<Stanza> stanzas = new java.util.ArrayList<>();
    Stream<ByteArrayInputStream> streams = parts.stream().map(ByteArrayInputStream::new);
    try {
      GuardedParser parser =
          new GuardedParser(
              new MeteredInput(
                  new SequenceInputStream(Collections.enumeration(streams.toList())), MOST_BYTES),
              MOST_DEPTH);
      parser.toStreamHeader();
      while (parser.toNextChild()) {
        if (!STANZAS.contains(parser.getName())) {
          parser.skipChild();
        } else {
          readStanza(parser, stanzas);
        }
        if (parser.getDepth() != 2) {
          throw new AssertionError("the parser is at depth " + parser.getDepth());
        }
      }
    } catch (XmlPullParserException | IOException brokenStream) {
      // that is one of the two ways in which it may end
    }
    return stanzas;
  }

  private static void readStanza(GuardedParser parser, List<Stanza> stanzas)
      throws XmlPullParserException, IOException {
    try {
      Stanza stanza = parser.readStanza();
      if (stanza instanceof IQ iq && iq.isRequestIQ()) {
        Xml.error(iq, StanzaError.Condition.bad_request, StanzaError.Type.MODIFY);
      }
      stanzas.add(stanza);
    } catch (UnreadableStanzaException e) {
      // skipped and counted
    }
  }
}
