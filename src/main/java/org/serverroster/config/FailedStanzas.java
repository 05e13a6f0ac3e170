package org.serverroster.config;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jboss.logging.Logger;
import org.serverroster.roster.Failures;
import org.serverroster.xmpp.XmppHeaders;

/**
 * What a stranger sent could not be handled, and not for an outage, which is waited for. It stays
 * unacknowledged and comes again and again, so each kind is one line a minute; the whole failure is
 * in the log at DEBUG.
 */
final class FailedStanzas implements ExceptionHandler {

  private static final Logger LOG = Logger.getLogger("server-roster");

  private final News news;

  /**
   * @param clock now
   */
  FailedStanzas(Clock clock) {
    this.news = new News(clock);
  }

  @Override
  public void handleException(Throwable failure) {
    handleException(null, null, failure);
  }

  @Override
  public void handleException(String message, Throwable failure) {
    handleException(message, null, failure);
  }

  @Override
  public void handleException(String message, Exchange exchange, Throwable failure) {
    if (news.isNews(failure)) {
      LOG.warnf("stanza-failed peer=%s because=%s", peer(exchange), Failures.describe(failure));
    }
    LOG.debug("stanza-failed", failure);
  }

  /** Whose it was, as it was received; whoever it was, other peers may be hit as well. */
  private static String peer(Exchange exchange) {
    Object from = exchange == null ? null : exchange.getIn().getHeader(XmppHeaders.FROM);
    return from == null ? "" : Failures.printable(from.toString());
  }
}
