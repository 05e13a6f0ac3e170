package org.serverroster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import org.serverroster.lab.Migrations;

/** The reference on H2: the same statements, the same options, one thread, nothing around them. */
final class PlainJdbc implements AutoCloseable {

  private static final int FIRST = 3000;

  private final Bench bench;
  private final IntakeStatements statements;
  private final Connection connection;
  private int batch;

  PlainJdbc(Bench bench, int entries) throws IOException, SQLException {
    this.bench = bench;
    statements = new IntakeStatements(Path.of("routes"));
    connection =
        DriverManager.getConnection(url(bench.folder("plain-" + entries).resolve("plain")));
    try (var statement = connection.createStatement();
        var files = Files.list(Path.of("src/main/resources/db/migration"))) {
      for (Path file : files.sorted(Comparator.comparing(PlainJdbc::version)).toList()) {
        statement.execute(Migrations.onH2(Files.readString(file)));
      }
    }
    Entries.fillH2(connection, entries);
    connection.setAutoCommit(false);
    run(FIRST, false);
  }

  private static int version(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(1, name.indexOf("__")));
  }

  /** The options that the service gives to its own database. */
  static String url(Path data) {
    return "jdbc:h2:file:"
        + data.toAbsolutePath().normalize()
        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
  }

  /** Transactions in a second, with the device flushed after each or never. */
  double rate(boolean flushed) throws SQLException {
    int count = Math.max(2000, bench.requests() / 2);
    long nanos = run(count, flushed);
    return count / (nanos / 1e9);
  }

  private long run(int count, boolean flushed) throws SQLException {
    batch++;
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      statements.run(connection, "plain-" + batch + "-" + i + ".example");
      if (flushed) {
        try (var statement = connection.createStatement()) {
          statement.execute("checkpoint sync");
        }
      }
    }
    return System.nanoTime() - begun;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
