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
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.PostgresServer;
import org.serverroster.lab.RosterProcess;

/**
 * Starts on a PostgreSQL that goes away meanwhile, which whoever supervises tries again; and on one
 * that is too old, was altered, or belongs to a newer version, which nobody shall try again.
 */
@Tag("servers")
class StartOnPostgresqlIT {

  private static final String MIGRATING = "flyway_schema_history";
  private static final int TRY_AGAIN = 75;
  private static final int CONFIGURATION = 78;

  @TempDir Path folder;

  @Test
  void aDatabaseThatGoesAwayMeanwhileIsSaidInALineAndIsTriedAgain() throws Exception {
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

  /** A real server that says of itself what one of long ago would. */
  @Test
  void aServerOfAnUnsupportedVersionIsNotWorkedWith() throws Exception {
    try (PostgresServer database = PostgresServer.in(folder.resolve("postgresql")).start()) {
      new PostgresqlLedger(database).create();
      try (Gate gate = new Gate(database.address(), OfLongAgo::new);
          RosterProcess roster = roster(gate.address())) {
        assertThat(
            refusal(roster),
            is(
                "Server Roster cannot start: this PostgreSQL is of version 12: use version 13 or"
                    + " later"));
        try (Connection connection =
                database.connect(PostgresqlLedger.DATABASE, PostgresqlLedger.USER);
            ResultSet tables =
                connection
                    .getMetaData()
                    .getTables(null, "public", "peer", new String[] {"TABLE"})) {
          assertThat("it has made tables there", tables.next(), is(false));
        }
      }
    }
  }

  @Test
  void aDatabaseThatWasAlteredOrIsOfANewerVersionIsNotWorkedWith() throws Exception {
    try (PostgresServer database = PostgresServer.in(folder.resolve("postgresql")).start()) {
      PostgresqlLedger ledger = new PostgresqlLedger(database);
      ledger.create();
      try (RosterProcess roster = roster(database.address())) {
        roster.launch().awaitLive();
        roster.awaitStop();

        ledger.run("alter table peer rename column pre_approved_by to somebody");
        assertThat(
            refusal(roster),
            is(
                "Server Roster cannot start: the database has been altered, it lacks"
                    + " peer.pre_approved_by text: put back what is missing, or restore a back-up"));

        ledger.run("alter table peer rename column somebody to pre_approved_by");
        roster.launch().awaitLive();
        roster.awaitStop();
        ledger.run(
            "insert into flyway_schema_history select 99, '99', 'later', type, 'V99__later.sql',"
                + " 1, installed_by, installed_on, 1, true from flyway_schema_history"
                + " where version = '1'");
        assertThat(
            refusal(roster),
            containsString("belongs to a newer version of Server Roster (migration 99)"));
      }
    }
  }

  /** The last line of one that must not start. */
  private static String refusal(RosterProcess roster) throws IOException {
    int before = Files.exists(roster.log()) ? Files.readAllLines(roster.log()).size() : 0;
    roster.launch();
    int code = roster.awaitExit();
    List<String> all = Files.readAllLines(roster.log());
    List<String> said = all.subList(before, all.size());
    assertThat(said.toString(), code, is(CONFIGURATION));
    assertThat(String.join("\n", said), not(containsString("\tat ")));
    return said.get(said.size() - 1);
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

  /** Changes what the server tells every client of its version. */
  private record OfLongAgo() implements Gate.Conversation {

    private static final Pattern VERSION = Pattern.compile("(?<name>server_version\\x00)\\d\\d");

    @Override
    public Gate.Ear fromClient() {
      return Breaking::pass;
    }

    @Override
    public Gate.Ear fromServer() {
      return (bytes, length, onward) -> {
        String said = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        byte[] changed =
            VERSION.matcher(said).replaceAll("${name}12").getBytes(StandardCharsets.ISO_8859_1);
        Breaking.pass(changed, changed.length, onward);
      };
    }
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
