package org.serverroster.config;

import java.time.Clock;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.component.jms.JmsConsumer;
import org.apache.camel.component.kafka.KafkaConsumer;
import org.apache.camel.component.kafka.TaskHealthState;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckAware;
import org.serverroster.outbox.Absence;
import org.serverroster.outbox.Departure;
import org.springframework.jms.listener.DefaultMessageListenerContainer;

/**
 * Watches the endpoint of {@code roster.commands.uri}. Its own client asks for it again and again
 * while it is away; here that becomes one line of the log, a word of readiness and a metric.
 */
public final class CommandSource {

  private static final String ROUTE = "take-commands";

  private final CamelContext context;
  private final Absence absence;

  /**
   * @param context whose route takes the commands
   * @param clock now
   */
  CommandSource(CamelContext context, Clock clock) {
    this.context = context;
    this.absence = new Absence("commands", clock);
  }

  /** Asks the endpoint's client how it is doing. */
  public void look() {
    Route route = context.getRoute(ROUTE);
    Optional<String> trouble = route == null ? Optional.empty() : trouble(route.getConsumer());
    trouble.ifPresentOrElse(absence::noticed, absence::over);
  }

  /** Whether it is known to be away, since when and why. */
  Absence absence() {
    return absence;
  }

  /**
   * What keeps a client from its endpoint, in words that are fit for the log; empty for nothing.
   */
  static Optional<String> trouble(Consumer consumer) {
    if (consumer instanceof JmsConsumer jms) {
      return trouble(jms);
    }
    if (consumer instanceof KafkaConsumer kafka) {
      return kafka.healthStates().stream()
          .filter(task -> !task.isReady())
          .map(CommandSource::words)
          .findFirst();
    }
    HealthCheck check = consumer instanceof HealthCheckAware aware ? aware.getHealthCheck() : null;
    HealthCheck.Result result = check == null ? null : check.call();
    if (result == null || result.getState() != HealthCheck.State.DOWN) {
      return Optional.empty();
    }
    return Optional.of(
        result
            .getError()
            .map(Departure::describe)
            .or(() -> result.getMessage().map(Departure::printable))
            .orElse("its client does not reach it"));
  }

  private static String words(TaskHealthState task) {
    Exception failure = task.getLastError();
    return failure == null ? "no broker can be talked to" : Departure.describe(failure);
  }

  private static Optional<String> trouble(JmsConsumer consumer) {
    try {
      return consumer.getListenerContainer() instanceof DefaultMessageListenerContainer container
              && container.isRecovering()
          ? Optional.of("the broker cannot be connected to")
          : Optional.empty();
    } catch (Exception e) {
      return Optional.of(Departure.describe(e));
    }
  }
}
