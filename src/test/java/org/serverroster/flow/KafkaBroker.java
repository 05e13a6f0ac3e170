package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import org.serverroster.lab.Kafka;

/**
 * A real Kafka for events out and, signed, commands in; what is larger than 4,000 bytes it gets
 * not.
 */
public class KafkaBroker implements QuarkusTestResourceLifecycleManager {

  static final String SECRET = "whsec_dGhlIHJvc2VzIHN3ZWV0bHkgc21lbGwgYnkgYW55";
  static final String EVENTS = "server-roster";
  static final String COMMANDS = "server-roster-commands";

  private static Kafka kafka;
  private Path folder;

  static Kafka kafka() {
    return kafka;
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("server-roster-kafka");
      kafka = Kafka.in(folder).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(
        "roster.events.uri",
        "kafka:%s?brokers=%s&maxRequestSize=4000".formatted(EVENTS, kafka.brokers()),
        "roster.commands.uri",
        "kafka:%s?brokers=%s&metadataMaxAgeMs=1000".formatted(COMMANDS, kafka.brokers()),
        "roster.commands.secret",
        SECRET,
        // A broker that is away is noticed sooner than an operator would want it to be.
        "camel.component.kafka.max-block-ms",
        "3000",
        "camel.component.kafka.request-timeout-ms",
        "2000",
        "camel.component.kafka.delivery-timeout-ms",
        "4000");
  }

  @Override
  public void stop() {
    kafka.close();
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> file.delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
