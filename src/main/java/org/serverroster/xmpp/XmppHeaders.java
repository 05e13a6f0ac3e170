package org.serverroster.xmpp;

import org.apache.camel.component.xmpp.XmppConstants;

/**
 * The headers that the consumer sets, and the only ones: nothing else that a stanza carries ever
 * becomes a header, so a stranger cannot name one. All values are Strings but for {@link
 * #HANDOVER_RECEIVED_AT}.
 */
public final class XmppHeaders {

  /** JID of the sender, with its resource if it has one. Absent if the stanza names none. */
  public static final String FROM = XmppConstants.FROM;

  /** JID of the addressee, with its resource if it has one. Absent if the stanza names none. */
  public static final String TO = XmppConstants.TO;

  /** The id of the stanza. Absent if it has none. */
  public static final String STANZA_ID = XmppConstants.STANZA_ID;

  /** {@code presence}, {@code message} or {@code iq}. */
  public static final String STANZA_KIND = "CamelXmppStanzaKind";

  /**
   * The type of the stanza as on the wire; {@code available} for presence and {@code normal} for a
   * message without one (RFC 6121, 4.7.1 and 5.2.2).
   */
  public static final String STANZA_TYPE = "CamelXmppStanzaType";

  /** The same as {@link #STANZA_TYPE}, for presence only. */
  public static final String PRESENCE_TYPE = "CamelXmppPresenceType";

  /**
   * The bare domain that handed the stanza over ({@code urn:server-roster:handover:0}). Absent for
   * a stanza that was addressed to the component itself.
   */
  public static final String HANDOVER_HOST = "CamelXmppHandoverHost";

  /**
   * The number that the server gave a stanza that it handed over, the same when it does so again.
   */
  public static final String HANDOVER_SEQ = "CamelXmppHandoverSeq";

  /**
   * When a stanza that was handed over has arrived, by {@link System#nanoTime}, a Long; earlier if
   * it may have waited in a process that stood still. Absent for every other stanza.
   */
  public static final String HANDOVER_RECEIVED_AT = "CamelXmppHandoverReceivedAt";

  /**
   * The condition of a stanza of type {@code error}, by its element's name (RFC 6120, 8.3.3), such
   * as {@code remote-server-not-found}. Absent for every other type, and when it names none.
   */
  public static final String ERROR_CONDITION = "CamelXmppErrorCondition";

  private XmppHeaders() {}
}
