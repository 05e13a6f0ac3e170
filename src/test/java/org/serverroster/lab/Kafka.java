package org.serverroster.lab;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * A real Kafka, one node that is broker and controller (KRaft), in a process of its own on
 * loopback.
 */
public final class Kafka implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final Path folder;
  private final InetSocketAddress broker = FreePort.address();
  private final InetSocketAddress controller = FreePort.address();
  private ServerProcess process;

  private Kafka(Path folder) throws IOException {
    this.folder = folder;
  }

  /** A Kafka that keeps everything below that folder; topics come by being written to. */
  public static Kafka in(Path folder) throws IOException {
    var kafka = new Kafka(folder.toAbsolutePath());
    Files.writeString(
        kafka.configuration(),
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%2$d
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
        controller.listener.names=CONTROLLER
        log.dirs=%3$s/data
        num.partitions=3
        auto.create.topics.enable=true
        offsets.topic.num.partitions=1
        offsets.topic.replication.factor=1
        transaction.state.log.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0
        """
            .formatted(kafka.broker.getPort(), kafka.controller.getPort(), kafka.folder));
    var format =
        ServerProcess.start(
            folder,
            Map.of(),
            java(
                "kafka.tools.StorageTool",
                "format",
                "--cluster-id",
                Uuid.randomUuid().toString(),
                "--config",
                kafka.configuration().toString()));
    if (format.awaitExit(PATIENCE) != 0) {
      throw new IOException("Not formatted: " + Files.readString(folder.resolve("console.log")));
    }
    return kafka;
  }

  /** Starts it, with the data that it has, and waits until it takes connections. */
  public Kafka start() throws IOException {
    process =
        ServerProcess.start(folder, Map.of(), java("kafka.Kafka", configuration().toString()));
    process.awaitTrue(PATIENCE, this::listens);
    return this;
  }

  /** Ends it at once, as a crash does. */
  public void kill9() {
    process.kill9();
  }

  /** Where clients connect, as they write it. */
  public String brokers() {
    return "127.0.0.1:" + broker.getPort();
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      process.kill9();
    }
  }

  private boolean listens() {
    try (var socket = new Socket(broker.getAddress(), broker.getPort())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private Path configuration() {
    return folder.resolve("server.properties");
  }

  /** Its classes are among those of the tests. */
  private static List<String> java(String program, String... arguments) {
    var classes =
        Arrays.stream(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .collect(Collectors.joining(File.pathSeparator));
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes,
                program));
    command.addAll(List.of(arguments));
    return command;
  }
}
