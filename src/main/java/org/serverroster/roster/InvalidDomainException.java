package org.serverroster.roster;

/** A text is not the domain of an XMPP server. The message is safe to show and to log. */
public class InvalidDomainException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidDomainException(String reason) {
    super(reason);
  }
}
