package org.serverroster.bench;

import java.io.IOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.serverroster.lab.FreePort;

/** The packaged service as an operator runs it, with limits that do not stop the benchmark. */
final class Service {

  static final String PASSWORD = "wherefore-art-thou";
  static final String JAR =
      System.getProperty("server-roster.jar", "target/quarkus-app/quarkus-run.jar");

  private final Path folder;
  private final int port;
  private final Properties settings = new Properties();
  private final List<String> options = new ArrayList<>();

  Service(Path folder, InetSocketAddress server, int smtp) throws IOException {
    this.folder = folder;
    port = FreePort.next();
    at(server);
    set("roster.xmpp.component", ServerSide.COMPONENT);
    set("roster.xmpp.secret", ServerSide.SECRET);
    set("roster.domains", ServerSide.HOST);
    set("roster.admins.mail", "admin@capulet.lit");
    set("roster.base-url", "http://127.0.0.1:" + port);
    set("roster.mail.host", "127.0.0.1");
    set("roster.mail.port", Integer.toString(smtp));
    set("roster.admin.password", PASSWORD);
    set("roster.limits.pending-requests", "100000000");
    set("roster.limits.requests-per-day", "100000000");
    set("roster.db.url", "jdbc:h2:file:" + folder.toAbsolutePath().resolve("data/server-roster"));
    set("quarkus.http.host", "127.0.0.1");
    set("quarkus.http.port", Integer.toString(port));
  }

  Service set(String key, String value) {
    settings.setProperty(key, value);
    return this;
  }

  /** Where its component connects from the next start on. */
  Service at(InetSocketAddress server) {
    set("roster.xmpp.host", "127.0.0.1");
    return set("roster.xmpp.port", Integer.toString(server.getPort()));
  }

  Service keptIn(Postgres postgres) {
    set("roster.db.kind", "postgresql");
    set("roster.db.url", postgres.url());
    set("roster.db.username", "postgres");
    return set("roster.db.password", "postgres");
  }

  Service jvm(String option) {
    options.add(option);
    return this;
  }

  /** Starts it and returns at once. */
  Program launch() throws IOException {
    Files.createDirectories(folder);
    try (Writer file = Files.newBufferedWriter(folder.resolve("application.properties"))) {
      settings.store(file, null);
    }
    return Program.start(folder, Map.of(), Program.java(options, Path.of(JAR)));
  }

  /** Starts it and waits until it is ready. */
  Program start() throws IOException, InterruptedException {
    var program = launch();
    program.awaitOk(ready());
    return program;
  }

  URI ready() {
    return URI.create("http://127.0.0.1:" + port + "/q/health/ready");
  }

  int port() {
    return port;
  }

  /** The header that logs the administrator in. */
  static String login() {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
  }
}
