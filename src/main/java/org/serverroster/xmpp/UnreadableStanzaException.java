package org.serverroster.xmpp;

/** This one stanza makes no sense; it was read to its end, and the stream goes on behind it. */
final class UnreadableStanzaException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean overcomplex;

  UnreadableStanzaException(boolean overcomplex, Throwable cause) {
    super(Printable.of(cause.getMessage()), cause);
    this.overcomplex = overcomplex;
  }

  /** True if the shape was the reason (depth, number of attributes), not the content. */
  boolean overcomplex() {
    return overcomplex;
  }
}
