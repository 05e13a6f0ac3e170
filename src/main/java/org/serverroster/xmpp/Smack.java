package org.serverroster.xmpp;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.jivesoftware.smack.SmackConfiguration;
import org.jivesoftware.smack.provider.ProviderManager;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.jivesoftware.smackx.jiveproperties.packet.JivePropertiesExtension;

/** Readies Smack's parsers, for the whole JVM and without a Smack connection. */
final class Smack {

  /** Held here because java.util.logging forgets loggers that nobody holds. */
  private static final Logger PARSER_LOG = Logger.getLogger(PacketParserUtils.class.getName());

  static {
    SmackConfiguration.getVersion(); // reads the provider files
    // Its content is Java objects and names of headers: nothing that a stranger should choose.
    ProviderManager.removeExtensionProvider(
        JivePropertiesExtension.ELEMENT, JivePropertiesExtension.NAMESPACE);
    // It prints what strangers sent, line breaks included; we count it and print it cleaned.
    PARSER_LOG.setLevel(Level.SEVERE);
    Handover.Provider handovers = new Handover.Provider();
    ProviderManager.addIQProvider(Handover.HANDOVER, Handover.NAMESPACE, handovers);
    ProviderManager.addIQProvider(Handover.SEND, Handover.NAMESPACE, handovers);
    Handover.AnswerProvider answers = new Handover.AnswerProvider();
    ProviderManager.addIQProvider("iq", Xml.CLIENT, answers);
    ProviderManager.addIQProvider("iq", Xml.COMPONENT, answers);
  }

  private Smack() {}

  /** Returns when the providers are registered. */
  static void ready() {
    // the static initialiser did it
  }
}
