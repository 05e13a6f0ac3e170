package org.serverroster.lab;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A real PostgreSQL on loopback that is a process of ours: it can be killed at any moment and
 * started again on its data. Durability is as PostgreSQL ships it.
 */
public final class PostgresServer implements AutoCloseable {
  /** The superuser; there are no passwords. */
  public static final String SUPERUSER = "postgres";

  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final Path folder;
  private final InetSocketAddress address = FreePort.address();
  private final List<String> options = new ArrayList<>();
  private Path program;
  private ServerProcess process;

  private PostgresServer(Path folder) throws IOException {
    this.folder = folder.toAbsolutePath();
  }

  /** A fresh database cluster below that folder, not started. */
  public static PostgresServer in(Path folder) throws IOException {
    var server = new PostgresServer(folder);
    server.prepare();
    return server;
  }

  /** A setting as in postgresql.conf, from the next start on. */
  public PostgresServer set(String name, String value) {
    options.add("-c");
    options.add(name + "=" + value);
    return this;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** Where it keeps its data. */
  public Path data() {
    return folder.resolve("data");
  }

  /** Starts it and waits until it answers a query; it first repairs what a crash has left. */
  public PostgresServer start() throws IOException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      launch();
      try {
        process.awaitTrue(PATIENCE, this::answers);
        return this;
      } catch (IOException ended) {
        // A process of the server that was killed may live a moment longer and hold its memory.
        if (System.nanoTime() > end) {
          throw ended;
        }
      }
    }
  }

  /** Starts it and returns at once. */
  public void launch() throws IOException {
    var command = new ArrayList<String>();
    if (isRoot()) { // PostgreSQL refuses to run as root; in a user namespace it is nobody
      command.addAll(List.of("unshare", "-U"));
    }
    command.addAll(List.of(program.toString(), "-D", data().toString()));
    command.addAll(List.of("-p", Integer.toString(address.getPort())));
    command.addAll(List.of("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="));
    command.addAll(options);
    process = ServerProcess.start(folder, Map.of(), command);
  }

  /** A connection past everything that stands between it and others. */
  public Connection connect() throws SQLException {
    return connect("postgres", SUPERUSER);
  }

  /** The same as somebody else. */
  public Connection connect(String database, String user) throws SQLException {
    var login = new Properties();
    login.put("user", user);
    login.put("connectTimeout", "2");
    login.put("socketTimeout", "20");
    login.put("sslmode", "disable");
    login.put("gssEncMode", "disable");
    return DriverManager.getConnection(url(address, database), login);
  }

  /** The URL of a database of this server, or of what stands in front of it. */
  public static String url(InetSocketAddress address, String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(address.getPort(), database);
  }

  /** True while its first process is there. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Ends all its processes at once, as a crash of its machine does, and waits until it is gone. */
  public void kill9() {
    if (process == null) {
      return;
    }
    var children = children();
    process.kill9();
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(child -> child.onExit().join());
  }

  /** Stops all its processes (SIGSTOP); its sockets stay open. */
  public void freeze() throws IOException {
    signal("STOP");
  }

  /** Lets them go on (SIGCONT). */
  public void thaw() throws IOException {
    signal("CONT");
  }

  @Override
  public void close() {
    kill9();
  }

  private void signal(String name) throws IOException {
    var children = children();
    process.signal(name);
    for (var child : children) {
      new ProcessBuilder("kill", "-" + name, Long.toString(child.pid()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    }
  }

  private List<ProcessHandle> children() {
    return ProcessHandle.of(process.pid()).stream().flatMap(ProcessHandle::descendants).toList();
  }

  private boolean answers() {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      return statement.execute("select 1");
    } catch (SQLException notYet) {
      return false;
    }
  }

  /** The library unpacks the program and makes the cluster; then we run it ourselves. */
  private void prepare() throws IOException {
    Files.createDirectories(folder);
    try (var library =
        EmbeddedPostgres.builder()
            .setDataDirectory(data())
            .setCleanDataDirectory(false)
            .setPort(address.getPort())
            .start()) {
      var postmaster = Files.readAllLines(data().resolve("postmaster.pid")).get(0).strip();
      program =
          ProcessHandle.of(Long.parseLong(postmaster))
              .flatMap(handle -> handle.info().command())
              .map(Path::of)
              .orElseThrow(() -> new IOException("Cannot see what " + library + " runs"));
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
