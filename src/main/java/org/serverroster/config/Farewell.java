package org.serverroster.config;

import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.CamelContextStoppingEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.jboss.logging.Logger;
import org.serverroster.outbox.Greetings;

/**
 * Lets the peers know that we go, before the routes stop (RFC 6121, section 4.5.2). It takes its
 * time, but not the operator's: what has not left after that is left unsaid.
 */
@Singleton
@Unremovable
class Farewell extends EventNotifierSupport {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final int MOST_SECONDS = 5;

  private final Greetings greetings;
  private final ProducerTemplate template;

  Farewell(Greetings greetings, ProducerTemplate template) {
    this.greetings = greetings;
    this.template = template;
    setIgnoreCamelContextInitEvents(true);
    setIgnoreRouteEvents(true);
    setIgnoreServiceEvents(true);
    setIgnoreExchangeEvents(true);
    setIgnoreStepEvents(true);
  }

  @Override
  public boolean isEnabled(CamelEvent event) {
    return event instanceof CamelContextStoppingEvent;
  }

  @Override
  public void notify(CamelEvent event) throws Exception {
    if (!isEnabled(event) || !greetings.mustTakeLeave()) {
      return;
    }
    try {
      CompletableFuture.runAsync(() -> template.sendBody("direct:take-leave", null))
          .get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.infof("not-all-peers-were-told-that-we-stop because=%s", e.getClass().getSimpleName());
    }
  }
}
