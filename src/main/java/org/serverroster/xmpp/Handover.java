package org.serverroster.xmpp;

import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.provider.IQProvider;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.jivesoftware.smack.util.XmlStringBuilder;
import org.jxmpp.jid.Jid;
import org.xmlpull.v1.XmlPullParser;
import org.xmlpull.v1.XmlPullParserException;

/**
 * The payload of an IQ that carries one stanza between a server and its component ({@code
 * urn:server-roster:handover:0}):
 *
 * <ul>
 *   <li>{@code <handover/>}, server to component: what arrived for the server's bare domain. The
 *       result means that it was processed, and for an IQ inside carries the answer.
 *   <li>{@code <send/>}, component to server: a stanza without {@code from}, to be sent in the
 *       server's name. The result means that it was routed, and for an IQ inside carries the peer's
 *       answer.
 * </ul>
 */
final class Handover extends IQ {

  static final String NAMESPACE = "urn:server-roster:handover:0";
  static final String HANDOVER = "handover";
  static final String SEND = "send";

  private final Stanza inner;
  private final String seq;
  private long receivedAt;

  private Handover(String element, String namespace, String seq, Stanza inner) {
    super(element, namespace);
    this.seq = seq;
    this.inner = inner;
  }

  /** The number that the server has given the stanza, the same each time; null if it has none. */
  String seq() {
    return seq;
  }

  /** When it has arrived, by {@link System#nanoTime}. */
  long receivedAt() {
    return receivedAt;
  }

  void receivedAt(long nanos) {
    receivedAt = nanos;
  }

  /** The stanza inside; null if there is none. */
  Stanza inner() {
    return inner;
  }

  /** True if this is a request to take a stanza that came for the server. */
  boolean isRequest() {
    return getType() == Type.set && HANDOVER.equals(getChildElementName());
  }

  /** The request to send a stanza in the name of {@code host}, as XML. */
  static CharSequence sendRequest(String id, Jid component, Jid host, Stanza stanza) {
    Jid from = stanza.getFrom();
    stanza.setFrom((Jid) null);
    try {
      return Xml.iq(IQ.Type.set, id, component, host)
          .halfOpenElement(SEND)
          .xmlnsAttribute(NAMESPACE)
          .rightAngleBracket()
          .append(stanza.toXML(NAMESPACE))
          .closeElement(SEND)
          .closeElement(IQ.IQ_ELEMENT);
    } finally {
      stanza.setFrom(from);
    }
  }

  /** The acknowledgement of {@code request}, as XML, with the answer to an IQ inside or null. */
  static CharSequence acknowledge(IQ request, CharSequence answer) {
    XmlStringBuilder xml = Xml.answer(IQ.Type.result, request);
    if (answer != null) {
      xml.halfOpenElement(HANDOVER)
          .xmlnsAttribute(NAMESPACE)
          .rightAngleBracket()
          .append(answer)
          .closeElement(HANDOVER);
    }
    return xml.closeElement(IQ.IQ_ELEMENT);
  }

  @Override
  protected IQChildElementXmlStringBuilder getIQChildElementBuilder(
      IQChildElementXmlStringBuilder xml) {
    xml.rightAngleBracket();
    if (inner != null) {
      xml.append(inner.toXML(NAMESPACE));
    }
    return xml;
  }

  /** Reads {@code <handover/>} and {@code <send/>}. */
  static final class Provider extends IQProvider<Handover> {

    @Override
    public Handover parse(XmlPullParser parser, int initialDepth) throws Exception {
      String element = parser.getName();
      String seq = parser.getAttributeValue(null, "seq");
      Stanza inner = null;
      while (true) {
        int event = parser.next();
        if (event == XmlPullParser.START_TAG) {
          if (inner != null) {
            throw new XmlPullParserException("more than one stanza in a hand-over");
          }
          if (!Xml.isStanzaNamespace(parser.getNamespace())) {
            throw new XmlPullParserException("not a stanza in a hand-over");
          }
          inner = Xml.read(parser);
        } else if (event == XmlPullParser.END_TAG && parser.getDepth() == initialDepth) {
          return new Handover(element, NAMESPACE, seq, inner);
        }
      }
    }
  }

  /** Reads an IQ that is the direct child of a result. */
  static final class AnswerProvider extends IQProvider<Handover> {

    @Override
    public Handover parse(XmlPullParser parser, int initialDepth) throws Exception {
      String namespace = parser.getNamespace();
      return new Handover(IQ.IQ_ELEMENT, namespace, null, PacketParserUtils.parseIQ(parser));
    }
  }
}
