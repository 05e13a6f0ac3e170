package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Migrations;

/** A database that is too old, too new, or was altered by hand is told from a good one. */
class DatabaseCheckTest {
  @TempDir Path folder;

  private String url;

  @BeforeEach
  void migrate() {
    url = DerivedSettings.withH2Options("jdbc:h2:file:" + folder.resolve("roster"));
    Migrations.of(url, "", "").load().migrate();
  }

  @Test
  void whatTheMigrationsMakeIsWhatIsExpected() throws Exception {
    try (Connection connection = DriverManager.getConnection(url)) {
      Schema there = Schema.of(connection.getMetaData(), connection.getSchema());
      assertEquals(Set.of(), there.missing(Schema.expected()));
      Set<String> notExpected = Schema.expected().missing(there);
      notExpected.removeIf(line -> line.startsWith("flyway_schema_history"));
      notExpected.remove("peer.parent text"); // PostgreSQL has an index instead
      assertEquals(Set.of(), notExpected, "to be added to db/schema.txt");
    }
  }

  @Test
  void whatSomebodyTookAwayIsNamed() throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("alter table peer drop column address");
      statement.execute("alter table approval_vote drop constraint approval_vote_pk");
      statement.execute("alter table outbox drop constraint outbox_wire_id_is_unique");
      statement.execute("alter table peer alter column resends varchar(9)");
      Optional<String> problem =
          DatabaseCheck.schema(
              Schema.of(connection.getMetaData(), connection.getSchema()), Schema.expected());
      assertTrue(
          problem
              .orElse("")
              .contains(
                  "it lacks approval_vote (request_id, voter), outbox unique (wire_id),"
                      + " peer.address text, peer.resends number: put back"),
          problem.toString());
    }
  }

  @Test
  void whatLetsNoRowBeWrittenIsNamed() throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("alter table peer add column shoe_size int default 42 not null");
      statement.execute("create table theirs (id int not null)");
      statement.execute("alter table peer alter column shoe_size drop default");
      assertTrue(problem(connection).contains("no row can be written without peer.shoe_size, "));
      statement.execute("alter table outbox alter column id drop identity");
      assertTrue(problem(connection).contains("it lacks outbox.id identity: put back"));
    }
  }

  private static String problem(Connection connection) throws Exception {
    return DatabaseCheck.schema(
            Schema.of(connection.getMetaData(), connection.getSchema()), Schema.expected())
        .orElse("");
  }

  @Test
  void anOldServerAndANewerSchemaAreRefused() {
    assertTrue(DatabaseCheck.version("PostgreSQL", 12).isPresent());
    assertTrue(DatabaseCheck.version("PostgreSQL", 13).isEmpty());
    assertTrue(DatabaseCheck.version("H2", 2).isEmpty());
    assertTrue(DatabaseCheck.future(Set.of("99")).orElse("").contains("newer version"));
    assertTrue(DatabaseCheck.future(Set.of()).isEmpty());
  }
}
