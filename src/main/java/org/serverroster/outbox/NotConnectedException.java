package org.serverroster.outbox;

import jakarta.mail.MessagingException;

/**
 * The SMTP server could not be reached, or there was no session with it: it was silent or unkind
 * before a mail was begun (RFC 5321, section 3.1 and 3.2; RFC 3207; RFC 4954). Nothing has left.
 */
public final class NotConnectedException extends MessagingException {

  private static final long serialVersionUID = 1L;

  /**
   * @param cause what the connection ended with
   */
  public NotConnectedException(MessagingException cause) {
    super(cause.getMessage(), cause);
  }
}
