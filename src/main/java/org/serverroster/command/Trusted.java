package org.serverroster.command;

import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.provider.IQProvider;
import org.jivesoftware.smack.provider.ProviderManager;
import org.xmlpull.v1.XmlPullParser;

/**
 * The question of one of our hosts whether it trusts a peer, and the answer ({@code
 * urn:server-roster:handover:0}).
 */
final class Trusted extends IQ {

  static final String ELEMENT = "trusted";
  static final String NAMESPACE = "urn:server-roster:handover:0";

  private final String peer;
  private final String state;
  private final boolean trusted;

  private Trusted(String peer, String state, boolean trusted) {
    super(ELEMENT, NAMESPACE);
    this.peer = peer;
    this.state = state;
    this.trusted = trusted;
  }

  /** Teaches Smack to read the question. */
  static void register() {
    ProviderManager.addIQProvider(ELEMENT, NAMESPACE, new Provider());
  }

  static Trusted answer(String peer, String state, boolean trusted) {
    Trusted answer = new Trusted(peer, state, trusted);
    answer.setType(Type.result);
    return answer;
  }

  /** Whom the question is about, as it was written; null when it says nobody. */
  String peer() {
    return peer;
  }

  @Override
  protected IQChildElementXmlStringBuilder getIQChildElementBuilder(
      IQChildElementXmlStringBuilder xml) {
    xml.optAttribute("peer", peer);
    if (state != null) {
      xml.attribute("trusted", Boolean.toString(trusted));
      xml.attribute("state", state);
    }
    xml.setEmptyElement();
    return xml;
  }

  private static final class Provider extends IQProvider<Trusted> {
    @Override
    public Trusted parse(XmlPullParser parser, int initialDepth) throws Exception {
      String peer = parser.getAttributeValue("", "peer");
      while (parser.getEventType() != XmlPullParser.END_TAG || parser.getDepth() > initialDepth) {
        parser.next();
      }
      return new Trusted(peer, null, false);
    }
  }
}
