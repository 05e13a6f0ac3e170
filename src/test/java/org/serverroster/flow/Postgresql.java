package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.serverroster.lab.FreePort;

/** A real PostgreSQL of the test's own, on loopback, in place of the embedded H2. */
public class Postgresql implements QuarkusTestResourceLifecycleManager {

  private static Server server;

  /** The server of the running test, to be taken away and brought back. */
  static Server server() {
    return server;
  }

  /** One PostgreSQL that keeps its port and its data when it is stopped and started. */
  static final class Server {

    private final Path data;
    private final int port;
    private EmbeddedPostgres running;

    Server() throws IOException {
      data = Files.createTempDirectory("server-roster-postgresql");
      port = FreePort.next();
    }

    void start() throws IOException {
      running =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPort(port)
              .start();
    }

    void stop() throws IOException {
      running.close();
    }

    /** Stops or continues every process of the server, as a machine does that hangs. */
    void signal(String name) throws IOException {
      long postmaster =
          Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
      ProcessHandle server = ProcessHandle.of(postmaster).orElseThrow();
      List<ProcessHandle> all = Stream.concat(Stream.of(server), server.descendants()).toList();
      for (ProcessHandle process : all) {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      }
    }

    String url() {
      return "jdbc:postgresql://localhost:" + port + "/postgres";
    }
  }

  @Override
  public int order() {
    return 1;
  }

  @Override
  public Map<String, String> start() {
    try {
      server = new Server();
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(
        "roster.db.kind", "postgresql",
        "roster.db.url", server.url(),
        "roster.db.username", "postgres",
        "roster.db.password", "postgres");
  }

  @Override
  public void stop() {
    try {
      server.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
