package org.serverroster.outbox;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.serverroster.roster.Failures;

/**
 * Tells an SMTP server that takes no mail at the moment from one that does not want this mail. The
 * first is told of once for all mails that wait for it, the second with the mail.
 */
public final class MailServer {

  /**
   * "Service not available", and what is about the server and not about a mail: no room on its disk
   * (RFC 5321, section 4.2.3), a login that cannot be looked up at the moment (RFC 4954, section
   * 6).
   */
  private static final Set<Integer> UNABLE = Set.of(421, 452, 454);

  private final Absence absence;

  /**
   * @param clock now
   */
  public MailServer(Clock clock) {
    this.absence = new Absence("mail-server", clock);
  }

  /**
   * Something could not leave.
   *
   * @return the row as it is put off; with {@code away} true if it is a mail that could not leave
   *     because the server is away, which is then known and told of once for all mails
   */
  public Map<String, Object> judged(
      Map<String, Object> postponed,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    int reply = Departure.replyCode(failure);
    if (!UNABLE.contains(reply) && (reply != 0 || !cannotBeTalkedTo(failure))) {
      return postponed;
    }
    absence.noticed(failure);
    Map<String, Object> judged = new HashMap<>(postponed);
    judged.put("away", true);
    return judged;
  }

  private static boolean cannotBeTalkedTo(Exception failure) {
    boolean ofMail = Failures.causes(failure).anyMatch(MessagingException.class::isInstance);
    return ofMail
        && Failures.causes(failure)
            .anyMatch(
                cause ->
                    cause instanceof IOException
                        || cause instanceof NotConnectedException
                        || cause instanceof SMTPSendFailedException); // the connection broke
  }

  /** It has taken a mail. */
  public void cameBack() {
    absence.over();
  }

  /** Whether it is known to be away, since when and why. */
  public Absence absence() {
    return absence;
  }
}
