package org.serverroster.config;

import java.io.File;
import java.time.Clock;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.component.file.FileConsumer;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.component.jms.JmsConsumer;
import org.apache.camel.component.kafka.KafkaConsumer;
import org.apache.camel.component.kafka.TaskHealthState;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckAware;
import org.serverroster.outbox.Absence;
import org.serverroster.roster.Failures;
import org.springframework.jms.listener.DefaultMessageListenerContainer;

/**
 * Watches the endpoint of {@code roster.commands.uri}. Its own client asks for it again and again
 * while it is away; here that becomes one line of the log, a word of readiness and a metric. Of a
 * folder we look whether commands can be taken from it.
 */
public final class CommandSource {

  private static final String ROUTE = "take-commands";

  private final CamelContext context;
  private final Absence absence;
  private volatile boolean watched = true;

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
    watched = route == null || isWatched(route.getConsumer());
    trouble.ifPresentOrElse(absence::noticed, absence::over);
  }

  /** Whether it is known to be away, since when and why. */
  Absence absence() {
    return absence;
  }

  /** How it is doing, in words: those of its trouble, if it has any. */
  String state() {
    return absence.reason().orElse(watched ? "is there" : "not watched");
  }

  /** Whether anybody would notice that it is away. */
  private static boolean isWatched(Consumer consumer) {
    return consumer instanceof JmsConsumer
        || consumer instanceof KafkaConsumer
        || consumer instanceof FileConsumer
        || consumer instanceof HealthCheckAware aware && aware.getHealthCheck() != null;
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
    if (consumer instanceof FileConsumer files) {
      return trouble(files.getEndpoint());
    }
    HealthCheck check = consumer instanceof HealthCheckAware aware ? aware.getHealthCheck() : null;
    HealthCheck.Result result = check == null ? null : check.call();
    if (result == null || result.getState() != HealthCheck.State.DOWN) {
      return Optional.empty();
    }
    return Optional.of(
        result
            .getError()
            .map(Failures::describe)
            .or(() -> result.getMessage().map(Failures::printable))
            .orElse("its client does not reach it"));
  }

  private static String words(TaskHealthState task) {
    Exception failure = task.getLastError();
    return failure == null ? "no broker can be talked to" : Failures.describe(failure);
  }

  /** The client of a folder makes it at the start, and finds no files in one that it has not. */
  private static Optional<String> trouble(FileEndpoint files) {
    File folder = files.getFile();
    if (!folder.exists()) {
      return Optional.of("its folder is not there and could not be made");
    }
    if (!folder.isDirectory()) {
      return Optional.of("its folder is none");
    }
    if (!folder.canRead() || !folder.canExecute()) {
      return Optional.of("its folder cannot be read");
    }
    // What was taken is moved away within it, or deleted, unless the operator says otherwise.
    return files.isNoop() || folder.canWrite()
        ? Optional.empty()
        : Optional.of("its folder cannot be written to");
  }

  private static Optional<String> trouble(JmsConsumer consumer) {
    try {
      return consumer.getListenerContainer() instanceof DefaultMessageListenerContainer container
              && container.isRecovering()
          ? Optional.of("the broker cannot be connected to")
          : Optional.empty();
    } catch (Exception e) {
      return Optional.of(Failures.describe(e));
    }
  }
}
