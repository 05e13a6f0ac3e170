package org.serverroster.xmpp;

import org.jivesoftware.smack.packet.Stanza;

/** Processes what arrives on a stream. */
@FunctionalInterface
interface StanzaHandler {

  /**
   * Returns when the stanza was processed, so that it may be acknowledged.
   *
   * @param handover how the server handed it over; null if it came for the component itself
   * @return what to answer to an IQ (see {@link Xml#answer}); null if there is no answer
   * @throws Exception if it was not processed
   */
  Object handle(Stanza stanza, Handover handover) throws Exception;

  /**
   * Of which route it is the beginning, "" when of none; a route that was stopped goes on with
   * another consumer.
   */
  default String route() {
    return "";
  }
}
