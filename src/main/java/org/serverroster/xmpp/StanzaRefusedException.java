package org.serverroster.xmpp;

import java.io.IOException;

/** The server answered a hand-over with an error (RFC 6120, 8.3): the stanza was not routed. */
public class StanzaRefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String condition;

  /**
   * @param from who refused it
   * @param condition the defined condition, such as {@code forbidden}
   */
  public StanzaRefusedException(String from, String condition) {
    super(Printable.of(from) + " refused the stanza: " + Printable.of(condition));
    this.condition = Printable.of(condition);
  }

  /** The defined condition of RFC 6120, 8.3.3, such as {@code forbidden}; never null. */
  public String condition() {
    return condition;
  }
}
