package org.serverroster.xmpp;

import java.util.Locale;
import java.util.Set;
import org.jivesoftware.smack.packet.ExtensionElement;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.jivesoftware.smack.util.XmlStringBuilder;
import org.jxmpp.jid.Jid;
import org.xmlpull.v1.XmlPullParser;

/** Stanzas as XML: read by Smack where it is strict enough, built and escaped by Smack. */
final class Xml {

  /** Smack's own; stanzas written with it as the enclosing namespace take that of the stream. */
  static final String CLIENT = "jabber:client";

  static final String COMPONENT = "jabber:component:accept";

  /** Servers put a stanza into any of these, whatever stream it is on. */
  private static final Set<String> STANZA_NAMESPACES =
      Set.of(CLIENT, "jabber:server", COMPONENT, Handover.NAMESPACE);

  private Xml() {}

  static boolean isStanzaNamespace(String namespace) {
    return STANZA_NAMESPACES.contains(namespace);
  }

  /**
   * Reads the stanza at whose start tag the parser is. Smack takes a type in any case; the types of
   * XMPP are written in lower case (RFC 6120, section 8; RFC 6121, section 4.7.1).
   */
  static Stanza read(XmlPullParser parser) throws Exception {
    String type = parser.getAttributeValue("", "type");
    if (type != null && !type.equals(type.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("no stanza has this type");
    }
    return PacketParserUtils.parseStanza(parser);
  }

  /** An IQ, open for its payload. */
  static XmlStringBuilder iq(IQ.Type type, String id, Jid from, Jid to) {
    return new XmlStringBuilder()
        .halfOpenElement(IQ.IQ_ELEMENT)
        .attribute("type", type.toString())
        .optAttribute("id", id)
        .optAttribute("from", from)
        .optAttribute("to", to)
        .rightAngleBracket();
  }

  /** The answer to {@code request}, open for its payload. */
  static XmlStringBuilder answer(IQ.Type type, IQ request) {
    return iq(type, request.getStanzaId(), request.getTo(), request.getFrom());
  }

  /** An error answer; its condition is all that it says. */
  static CharSequence error(IQ request, StanzaError.Condition condition, StanzaError.Type type) {
    return error(request.getStanzaId(), request.getTo(), request.getFrom(), condition, type);
  }

  static CharSequence error(
      String id, Jid from, Jid to, StanzaError.Condition condition, StanzaError.Type type) {
    StanzaError error = StanzaError.getBuilder(condition).setType(type).build();
    return iq(IQ.Type.error, id, from, to).append(error.toXML(CLIENT)).closeElement(IQ.IQ_ELEMENT);
  }

  /**
   * The answer that a route gave to {@code request}: an IQ as it is but for its addresses, the
   * payload of a result, or else an error saying that nobody serves this.
   */
  static CharSequence answer(IQ request, Object body, String enclosingNamespace) {
    if (body instanceof IQ answer) {
      if (answer.getType() != IQ.Type.error) {
        answer.setType(IQ.Type.result);
      }
      answer.setStanzaId(request.getStanzaId());
      answer.setFrom(request.getTo());
      answer.setTo(request.getFrom());
      return answer.toXML(enclosingNamespace);
    }
    StanzaError error =
        StanzaError.getBuilder(StanzaError.Condition.service_unavailable)
            .setType(StanzaError.Type.CANCEL)
            .build();
    boolean served = body instanceof ExtensionElement && !(body instanceof Stanza);
    XmlStringBuilder xml =
        new XmlStringBuilder(enclosingNamespace)
            .halfOpenElement(IQ.IQ_ELEMENT)
            .xmlnsAttribute(CLIENT)
            .attribute("type", (served ? IQ.Type.result : IQ.Type.error).toString())
            .optAttribute("id", request.getStanzaId())
            .optAttribute("from", request.getTo())
            .optAttribute("to", request.getFrom())
            .rightAngleBracket();
    xml.append(served ? ((ExtensionElement) body).toXML(CLIENT) : error.toXML(CLIENT));
    return xml.closeElement(IQ.IQ_ELEMENT);
  }
}
