package org.serverroster.outbox;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.util.MailConnectException;

/**
 * Tells an SMTP server that takes no mail at the moment from one that does not want this mail. The
 * first is told of once for all mails that wait for it, the second with the mail.
 */
public final class MailServer {

  /** "Service not available" (RFC 5321, section 4.2.3). */
  private static final int CLOSING = 421;

  private final Absence absence;

  /**
   * @param clock now
   */
  public MailServer(Clock clock) {
    this.absence = new Absence("mail-server", clock);
  }

  /** Whether a mail could not leave because the server is away, which is then known. */
  public boolean isAway(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    int reply = Departure.replyCode(failure);
    boolean away = reply == CLOSING || (reply == 0 && cannotBeTalkedTo(failure));
    if (away) {
      absence.noticed(failure);
    }
    return away;
  }

  private static boolean cannotBeTalkedTo(Exception failure) {
    boolean ofMail = Departure.causes(failure).anyMatch(MessagingException.class::isInstance);
    return ofMail
        && Departure.causes(failure)
            .anyMatch(
                cause ->
                    cause instanceof IOException
                        || cause instanceof MailConnectException
                        || cause instanceof AuthenticationFailedException
                        || cause instanceof SMTPSendFailedException); // the connection broke
  }

  /** It has taken a mail. */
  public void isBack() {
    absence.over();
  }

  /** Whether it is known to be away, since when and why. */
  public Absence absence() {
    return absence;
  }
}
