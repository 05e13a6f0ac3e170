package org.serverroster.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A real PostgreSQL with the durability that it has by default. */
final class Postgres implements AutoCloseable {

  private final EmbeddedPostgres server;

  private Postgres(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts one; refuses to measure with less than the default durability. */
  static Postgres start() throws IOException, SQLException {
    var server =
        EmbeddedPostgres.builder()
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .start();
    var postgres = new Postgres(server);
    for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
      if (!postgres.ask("show " + setting).equals("on")) {
        throw new IOException(setting + " is not on");
      }
    }
    return postgres;
  }

  int port() {
    return server.getPort();
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/postgres";
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), "postgres", "postgres");
  }

  void run(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  String ask(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Puts so many trusted peers into the roster: {@code old-1.example} and so on. */
  void fill(int from, int to) throws SQLException {
    run(Entries.insert(from, to));
    run("vacuum analyze peer");
    run("checkpoint");
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
