package org.serverroster.lab;

import java.io.IOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Server Roster itself as its operators run it: the packaged jar in a process of its own, settings
 * in the {@code application.properties} of its working directory, secrets in the environment, the
 * embedded database below the same folder. It can be killed, frozen and started again.
 */
public final class RosterProcess implements AutoCloseable {
  /** The password of the user {@code admin}. */
  public static final String PASSWORD = "wherefore-art-thou";

  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final Path folder;
  private Path jar;
  private final int port;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> options = new ArrayList<>();
  private ServerProcess process;

  private RosterProcess(Path folder, Path jar) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.jar = jar.toAbsolutePath();
    this.port = FreePort.next();
  }

  /** A service that keeps everything below that folder, from the jar that was just built. */
  public static RosterProcess in(Path folder) throws IOException {
    var jar =
        Path.of(System.getProperty("server-roster.jar", "target/quarkus-app/quarkus-run.jar"));
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is missing: mvn -DskipTests package");
    }
    return new RosterProcess(folder, jar);
  }

  /** Attached by TLS from the first byte, believing that authority alone. */
  public RosterProcess attachedByTls(InetSocketAddress server, Authority trusted) {
    set("roster.xmpp.host", server.getAddress().getHostAddress());
    set("roster.xmpp.port", Integer.toString(server.getPort()));
    set("roster.xmpp.tls", "direct");
    return set("roster.xmpp.tls-ca", trusted.pem().toString());
  }

  /** Attached to that server as {@link Lab#COMPONENT}, mailing to that catcher. */
  public RosterProcess attachedTo(HostServer server, SmtpCatcher smtp, String... administrators) {
    return attachedTo(server.components(), smtp, administrators);
  }

  /** The same, to whatever takes components at that address. */
  public RosterProcess attachedTo(
      InetSocketAddress server, SmtpCatcher smtp, String... administrators) {
    return attachedTo(server, smtp.port(), administrators);
  }

  /** The same, mailing to that port of 127.0.0.1. */
  public RosterProcess attachedTo(
      InetSocketAddress server, int smtpPort, String... administrators) {
    set("roster.xmpp.host", server.getAddress().getHostAddress());
    set("roster.xmpp.port", Integer.toString(server.getPort()));
    set("roster.xmpp.component", Lab.COMPONENT);
    set("roster.domains", Lab.HOST);
    set("roster.admins.mail", String.join(",", administrators));
    set("roster.base-url", baseUrl().toString());
    set("roster.mail.host", "127.0.0.1");
    set("roster.mail.port", Integer.toString(smtpPort));
    set("roster.mail.from", "server-roster@" + Lab.HOST);
    set("roster.db.url", "jdbc:h2:file:" + folder.resolve("data/server-roster"));
    set("quarkus.http.host", "127.0.0.1");
    set("quarkus.http.port", Integer.toString(port));
    environment.put("ROSTER_XMPP_SECRET", Lab.SECRET);
    environment.put("ROSTER_ADMIN_PASSWORD", PASSWORD);
    return this;
  }

  /** A line of its {@code application.properties}, from the next start on; null takes it away. */
  public RosterProcess set(String key, String value) {
    if (value == null) {
      settings.remove(key);
    } else {
      settings.put(key, value);
    }
    return this;
  }

  /** Keeps its roster in a PostgreSQL instead of the embedded database. */
  public RosterProcess keptIn(String url, String user, String password) {
    environment("ROSTER_DB_KIND", "postgresql");
    environment("ROSTER_DB_URL", url);
    environment("ROSTER_DB_USERNAME", user);
    return environment("ROSTER_DB_PASSWORD", password);
  }

  /** An option of its Java machine, from the next start on. */
  public RosterProcess jvm(String option) {
    options.add(option);
    return this;
  }

  /** Another version of the program, from the next start on. */
  public RosterProcess program(Path other) {
    jar = other.toAbsolutePath();
    return this;
  }

  /** A variable of its environment, from the next start on. */
  public RosterProcess environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Starts it and returns at once. */
  public RosterProcess launch() throws IOException {
    Files.createDirectories(folder);
    var lines = new Properties();
    lines.putAll(settings);
    try (Writer file = Files.newBufferedWriter(folder.resolve("application.properties"))) {
      lines.store(file, null);
    }
    var java = Path.of(System.getProperty("java.home"), "bin", "java");
    var command = new ArrayList<>(List.of(java.toString()));
    command.add("-XX:TieredStopAtLevel=1"); // it lives for seconds: starting counts, not speed
    // A machine of two that stands still is the machine's affair: no warning with a stack trace.
    command.add("-Dquarkus.vertx.warning-exception-time=10M");
    command.addAll(options);
    command.addAll(List.of("-jar", jar.toString()));
    process = ServerProcess.start(folder, environment, command);
    return this;
  }

  /** Starts it and waits until it says that it is ready. */
  public RosterProcess start() throws IOException {
    launch();
    awaitReady();
    return this;
  }

  /**
   * Waits until it says that it is ready.
   *
   * @throws IOException if it ends before, or does not become ready in a minute
   */
  public void awaitReady() throws IOException {
    var visitor = new Visitor(baseUrl(), PASSWORD);
    process.awaitTrue(PATIENCE, () -> visitor.health("ready") == 200);
  }

  /** Waits until it answers, ready or not. */
  public void awaitLive() throws IOException {
    var visitor = new Visitor(baseUrl(), PASSWORD);
    process.awaitTrue(PATIENCE, () -> visitor.health("live") == 200);
  }

  /** Waits until the process has ended by itself, for a minute, and returns its exit code. */
  public int awaitExit() throws IOException {
    return process.awaitExit(PATIENCE);
  }

  /** Somebody who reaches it over HTTP, and knows the password of {@code admin}. */
  public Visitor visitor() {
    return new Visitor(baseUrl(), PASSWORD);
  }

  /** Where it is reached, without a slash at the end. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** True while the process is there, ready or not. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** The processor time that it has used since its start. */
  public Duration processorTime() {
    return process.processorTime();
  }

  /** The memory of it that is in the machine's, in kilobytes; 0 if it does not run. */
  public long residentKilobytes() throws IOException {
    if (!isAlive()) {
      return 0;
    }
    try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    }
  }

  /** Ends it at once, as a crash does, and waits until it is gone. */
  public void kill9() {
    process.kill9();
  }

  /** Stops its process (SIGSTOP); its sockets stay open. */
  public void freeze() throws IOException {
    process.signal("STOP");
  }

  /** Lets it go on (SIGCONT). */
  public void thaw() throws IOException {
    process.signal("CONT");
  }

  /** Stops it in an orderly way; does nothing if it does not run. */
  public void stop() {
    if (isAlive()) {
      process.stop();
    }
  }

  /** Asks it to stop in an orderly way, and returns how long that took; it is given a minute. */
  public Duration awaitStop() throws IOException {
    var begun = System.nanoTime();
    process.signal("TERM");
    process.awaitExit(PATIENCE);
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** The file it logs to, one run after the other. */
  public Path log() {
    return folder.resolve("console.log");
  }

  /** The settings file of the last start. */
  public Path settingsFile() {
    return folder.resolve("application.properties");
  }

  @Override
  public void close() {
    stop();
  }
}
