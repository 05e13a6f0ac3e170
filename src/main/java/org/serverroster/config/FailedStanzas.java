package org.serverroster.config;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jboss.logging.Logger;
import org.serverroster.outbox.Departure;

/**
 * What a stranger sent could not be handled, and not for an outage, which is waited for. It stays
 * unacknowledged and comes again and again, so it is one line a minute; the whole failure is in the
 * log at DEBUG.
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
    String why = Departure.describe(failure);
    if (news.isNews(why)) {
      LOG.warnf("stanza-failed because=%s", why);
    }
    LOG.debug("stanza-failed", failure);
  }

  @Override
  public void handleException(String message, Throwable failure) {
    handleException(failure);
  }

  @Override
  public void handleException(String message, Exchange exchange, Throwable failure) {
    handleException(failure);
  }
}
