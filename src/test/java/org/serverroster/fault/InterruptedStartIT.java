package org.serverroster.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.PostgresServer;
import org.serverroster.lab.RosterProcess;

/** A database that goes away in the middle of a start, which whoever supervises tries again. */
@Tag("servers")
class InterruptedStartIT {

  private static final String MIGRATING = "flyway_schema_history";
  private static final int TRY_AGAIN = 75;

  @TempDir Path folder;

  @Test
  void isSaidInALineAndIsNotTheFaultOfTheSettings() throws Exception {
    AtomicBoolean goesAway = new AtomicBoolean(true);
    try (PostgresServer database = PostgresServer.in(folder.resolve("postgresql")).start()) {
      new PostgresqlLedger(database).create();
      try (Gate gate = new Gate(database.address(), () -> new Breaking(goesAway));
          RosterProcess roster = roster(gate.address())) {
        roster.launch();

        assertThat(roster.awaitExit(), is(TRY_AGAIN));
        List<String> lines = Files.readAllLines(roster.log());
        assertThat(
            lines.get(lines.size() - 1), startsWith("Server Roster cannot start: the database "));
        assertThat(String.join("\n", lines), not(containsString("\tat ")));

        goesAway.set(false);
        roster.launch();
        roster.awaitLive();
      }
    }
  }

  /**
   * Nobody answers, as behind a firewall that drops: the pool gives up, and its failure has no
   * state.
   */
  @Test
  void aDatabaseThatIsFrozenIsTriedAgainToo() throws Exception {
    try (PostgresServer database = PostgresServer.in(folder.resolve("postgresql")).start()) {
      new PostgresqlLedger(database).create();
      database.freeze();
      try (RosterProcess roster = roster(database.address())) {
        roster.set("quarkus.flyway.postgresql.connect-retries", "0").launch();

        assertThat(roster.awaitExit(), is(TRY_AGAIN));
        List<String> lines = Files.readAllLines(roster.log());
        assertThat(
            lines.get(lines.size() - 1), startsWith("Server Roster cannot start: the database "));
        assertThat(lines.get(lines.size() - 1), not(containsString("null")));
      } finally {
        database.thaw();
      }
    }
  }

  private RosterProcess roster(InetSocketAddress database) throws IOException {
    InetSocketAddress nobody = new InetSocketAddress("127.0.0.1", 9);
    return RosterProcess.in(folder.resolve("server-roster"))
        .attachedTo(nobody, nobody.getPort(), "nurse@capulet.lit")
        .keptIn(
            PostgresServer.url(database, PostgresqlLedger.DATABASE) + "?sslmode=disable",
            PostgresqlLedger.USER,
            "none");
  }

  /** Breaks the connection as soon as tables are to be made. */
  private record Breaking(AtomicBoolean goesAway) implements Gate.Conversation {

    @Override
    public Gate.Ear fromClient() {
      return (bytes, length, onward) -> {
        String said = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        if (goesAway.get() && said.contains(MIGRATING)) {
          throw new IOException("the database has gone");
        }
        pass(bytes, length, onward);
      };
    }

    @Override
    public Gate.Ear fromServer() {
      return Breaking::pass;
    }

    private static void pass(byte[] bytes, int length, OutputStream onward) throws IOException {
      onward.write(bytes, 0, length);
    }
  }
}
