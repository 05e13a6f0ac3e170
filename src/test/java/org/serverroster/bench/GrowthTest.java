package org.serverroster.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Migrations;

/**
 * What a page or a mail reads does not grow with the roster: the plans of both databases say so.
 */
class GrowthTest {

  private static final int PEERS = 20_000;
  private static final int PAGE = 1000;
  private static final int NAMES = 5000;
  private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");

  /** Some provider has as many below its domain. */
  private static final String SIBLINGS =
      "insert into peer (domain, peer, address, state, created_at, updated_at)"
          + " select 'capulet.lit', 's' || n || '.some.example', 's', 'from',"
          + " current_timestamp, current_timestamp from %s(1, 3000) as s(n)";

  /** Who is known and not trusted is not compared with. */
  private static final String STRANGERS =
      "insert into peer (domain, peer, address, state, created_at, updated_at)"
          + " select 'capulet.lit', 'a' || n || '.example', 'a', 'none',"
          + " current_timestamp, current_timestamp from %s(1, 20000) as s(n)";

  /** Of each peer of the roster an open request, of which nobody is to be reminded. */
  private static final String REQUESTS =
      "insert into approval_request (id, domain, peer, received_at, expires_at, outcome)"
          + " select random_uuid(), domain, peer, current_timestamp,"
          + " dateadd(day, 14, current_timestamp), 'open' from peer";

  /** As many neighbours of each kind are looked at. */
  private static final int NEIGHBOURS = 1000;

  private static final String ON_POSTGRESQL =
      "(case when peer like '%.%.%' then substring(peer from position('.' in peer) + 1) else peer end)";

  private static final String LEASE = "'00000000-0000-0000-0000-000000000001'";

  private static Postgres postgres;

  @BeforeAll
  static void fill() throws IOException, SQLException {
    postgres = Postgres.start();
    Migrations.of(postgres.url(), "postgres", "postgres").load().migrate();
    postgres.fill(1, PEERS);
    postgres.run(SIBLINGS.formatted("generate_series"));
    postgres.run(STRANGERS.formatted("generate_series"));
    postgres.run("vacuum analyze peer");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @Test
  void aPageOfTheBroadcastReadsNoMoreThanItself() throws IOException, SQLException {
    JsonNode plan = plan(statement("presence.yaml", "tell-peers", " from peer"));
    assertEquals(PAGE, plan.at("/0/Plan/Actual Rows").intValue(), plan::toPrettyString);
    assertEquals(0, leftOut(plan), plan::toPrettyString);
  }

  /** A page by row comparison made H2 read and sort the whole roster for each. */
  @Test
  void aPageOfTheBroadcastReadsNoMoreThanItselfOnH2(@TempDir Path folder)
      throws IOException, SQLException {
    onH2(
        folder,
        statement -> {
          statement.execute(
              "insert into peer (domain, peer, address, state, created_at, updated_at)"
                  + " select 'verona.lit', peer, address, state, created_at, updated_at from peer");
          String question = statement("presence.yaml", "tell-peers", " from peer");
          for (String[] end :
              List.of(
                  new String[] {"capulet.lit", ""},
                  new String[] {"capulet.lit", "old-5.example"},
                  new String[] {"capulet.lit", "old-9999.example"},
                  new String[] {"verona.lit", "old-5.example"})) {
            String page =
                filled(
                    question
                        .replace(":?domain", "'" + end[0] + "'")
                        .replace(":?peer", "'" + end[1] + "'"));
            scansAtMost(PAGE + 1, statement, page);
          }
        });
  }

  @Test
  void aMailReadsThePeersNeighboursAndNobodyElse() throws IOException, SQLException {
    JsonNode plan = plan(neighbours());
    assertFalse(plan.findValuesAsText("Node Type").contains("Seq Scan"), plan::toPrettyString);
    assertTrue(leftOut(plan) <= 2, plan::toPrettyString); // the peer itself
    assertTrue(read(plan) <= NEIGHBOURS + 2, plan::toPrettyString);
  }

  @Test
  void aMailComparesWithSoManyNamesOnly() throws IOException, SQLException {
    JsonNode plan = plan(names());
    assertEquals(NAMES, plan.at("/0/Plan/Actual Rows").intValue(), plan::toPrettyString);
    assertTrue(leftOut(plan) <= 1, plan::toPrettyString); // the peer itself
  }

  @Test
  void aMailReadsNoMoreOnH2(@TempDir Path folder) throws IOException, SQLException {
    onH2(
        folder,
        statement -> {
          statement.execute(SIBLINGS.formatted("system_range"));
          statement.execute(STRANGERS.formatted("system_range"));
          for (String question : List.of(neighbours().replace(ON_POSTGRESQL, "parent"), names())) {
            scansAtMost(NAMES + 1, statement, filled(question));
          }
        });
  }

  /** H2 keeps what has no date before what has one: all of it was read each five seconds. */
  @Test
  void whatFallsDueIsFoundAmongAllThatHasNoDate(@TempDir Path folder)
      throws IOException, SQLException {
    onH2(
        folder,
        statement -> {
          statement.execute(REQUESTS);
          statement.execute(
              "update peer set resend_at = current_timestamp, review_at = current_timestamp"
                  + " where peer = 'old-5.example'");
          statement.execute(
              "update approval_request set remind_at = current_timestamp,"
                  + " escalate_at = current_timestamp where peer = 'old-5.example'");
          for (String route :
              List.of(
                  "resend-requests",
                  "open-reviews",
                  "remind-administrators",
                  "escalate-requests")) {
            String question = filled(statement("housekeeping.yaml", route, "limit 100"));
            try (var rows = statement.executeQuery(question)) {
              assertTrue(rows.next(), question);
              assertEquals("old-5.example", rows.getString("peer"));
            }
            scansAtMost(3, statement, question);
          }
        });
  }

  /** What has ended stays for years, and what is open is counted each ten seconds. */
  @Test
  void whatIsOpenIsCountedWithoutWhatHasEnded(@TempDir Path folder)
      throws IOException, SQLException {
    onH2(
        folder,
        statement -> {
          statement.execute(REQUESTS);
          statement.execute(
              "update approval_request set outcome = 'denied', decided_at = received_at, received_at = dateadd(day, -9, received_at)"
                  + " where peer not in ('old-5.example', 'old-7.example')");
          String count = statement("presence-in.yaml", "count-requests", "mostPending");
          scansAtMost(3, statement, filled(count));
          try (var rows = statement.executeQuery(filled(count))) {
            assertTrue(rows.next());
            assertEquals(2, rows.getInt("pending"));
            assertEquals(2, rows.getInt("of_day"));
          }
        });
  }

  @Test
  void aPageOfPeersReadsNoMoreThanItself(@TempDir Path folder) throws IOException, SQLException {
    onH2(
        folder,
        statement -> {
          scansAtMost(51, statement, filled(statement("read.yaml", "list-peers", ":?after")));
        });
  }

  /** Whoever holds a row of the outbox finds it by its lane, of which there is an index. */
  @Test
  void aRowOfTheOutboxIsFoundByItsLane(@TempDir Path folder) throws IOException, SQLException {
    String url = PlainJdbc.url(folder.resolve("roster"));
    Migrations.of(url, "", "").load().migrate();
    try (var connection = DriverManager.getConnection(url, "", "");
        var statement = connection.createStatement()) {
      statement.execute(
          "insert into outbox (wire_id, channel, lane, kind, recipient, domain, peer, created_at,"
              + " next_at)"
              + " select random_uuid(), 'mail', 'lane ' || n, 'request', 'r', 'capulet.lit', 'p',"
              + " current_timestamp, current_timestamp from system_range(1, 20000) s(n)");
      statement.execute("update outbox set lease = " + LEASE + " where lane = 'lane 77'");
      for (String route :
          List.of(
              "deliver.yaml give-back",
              "deliver.yaml write-postponement",
              "deliver.yaml deliver-digest",
              "events.yaml park-departure")) {
        String[] names = route.split(" ");
        for (String change : statements(names[0], names[1], ":?lease")) {
          String where = change.substring(change.lastIndexOf("where "));
          if (where.contains("lease = :?lease")) {
            scansAtMost(2, statement, filled("select o.id from outbox o " + where));
          }
        }
      }
    }
  }

  /** Else what gathers behind it would send it again every two seconds. */
  @Test
  void aDigestThatMayHaveArrivedIsDueByItself(@TempDir Path folder)
      throws IOException, SQLException {
    String due = filled(statement("deliver.yaml", "deliver-digests", "group by o.lane"));
    String row =
        "insert into outbox (wire_id, channel, lane, kind, recipient, domain, peer, created_at,"
            + " next_at, lease) values (random_uuid(), 'digest', 'lane', 'request', 'r',"
            + " 'capulet.lit', 'p', current_timestamp, dateadd(hour, %d, current_timestamp), %s)";
    onH2(
        folder,
        statement -> {
          statement.execute(row.formatted(-1, "null"));
          assertEquals(1, count(statement, due));
          statement.execute(row.formatted(1, LEASE));
          assertEquals(0, count(statement, due), "what is behind it waits");
          statement.execute(
              "update outbox set next_at = current_timestamp where lease is not null");
          assertEquals(1, count(statement, due));
        });
  }

  private static int count(Statement statement, String question) throws SQLException {
    try (var rows = statement.executeQuery("select count(*) from (" + question + ")")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private interface Look {
    void at(Statement statement) throws IOException, SQLException;
  }

  /** Looks into a roster of so many peers on H2. */
  private static void onH2(Path folder, Look look) throws IOException, SQLException {
    String url = PlainJdbc.url(folder.resolve("roster"));
    Migrations.of(url, "", "").load().migrate();
    try (var connection = DriverManager.getConnection(url, "", "");
        var statement = connection.createStatement()) {
      Entries.fillH2(connection, PEERS);
      look.at(statement);
    }
  }

  private static void scansAtMost(int most, Statement statement, String question)
      throws SQLException {
    try (var rows = statement.executeQuery("explain analyze " + question)) {
      rows.next();
      String plan = rows.getString(1);
      int scanned =
          SCANNED
              .matcher(plan)
              .results()
              .mapToInt(found -> Integer.parseInt(found.group(1)))
              .max()
              .orElseThrow(() -> new AssertionError("no plan of " + question));
      assertTrue(scanned <= most, plan);
    }
  }

  private static String neighbours() throws IOException {
    return statement("dossier.yaml", "read-dossier", "updated_at from peer")
        .replace("{{sql.parent}}", ON_POSTGRESQL);
  }

  private static String names() throws IOException {
    return statement("dossier.yaml", "read-dossier", "select peer from peer");
  }

  /** The statement of that route in which these words are. */
  private static String statement(String file, String route, String words) throws IOException {
    return IntakeStatements.of(Path.of("routes"), file).get(route).stream()
        .filter(each -> each.contains(words))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> statements(String file, String route, String words)
      throws IOException {
    List<String> found =
        IntakeStatements.of(Path.of("routes"), file).get(route).stream()
            .filter(each -> each.contains(words))
            .toList();
    assertFalse(found.isEmpty(), route);
    return found;
  }

  private static String filled(String statement) throws IOException {
    Properties settings = new Properties();
    try (var text = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
      settings.load(text);
    }
    String whole = statement;
    for (String name : settings.stringPropertyNames()) {
      whole = whole.replace("{{" + name + "}}", settings.getProperty(name));
    }
    return whole
        .replace(":?domain", "'capulet.lit'")
        .replace(":?dayAgo", "dateadd(day, -1, current_timestamp)")
        .replace(":?lane", "'lane 77'")
        .replace(":?leasedUntil", "current_timestamp")
        .replace(":?lease", LEASE)
        .replace(":?after", "''")
        .replace(":?state", "null")
        .replace(":?part", "null")
        .replace(":?limit", "50")
        .replace(":?mostPending", "1000")
        .replace(":?mostOfDay", "1000")
        .replace(":?now", "current_timestamp")
        .replace(":?peer", "'old-5.example'")
        .replace(":?parent", "'some.example'");
  }

  private static JsonNode plan(String statement) throws IOException, SQLException {
    return new ObjectMapper()
        .readTree(postgres.ask("explain (analyze, format json) " + filled(statement)));
  }

  private static long read(JsonNode plan) {
    return plan.findParents("Relation Name").stream()
        .mapToLong(scan -> scan.get("Actual Rows").asLong())
        .sum();
  }

  private static long leftOut(JsonNode plan) {
    return plan.findValues("Rows Removed by Filter").stream().mapToLong(JsonNode::asLong).sum();
  }
}
