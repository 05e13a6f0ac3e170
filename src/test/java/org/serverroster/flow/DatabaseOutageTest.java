package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL goes away and comes back: nothing is acknowledged that is not kept, nothing is lost.
 */
@QuarkusTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class DatabaseOutageTest extends Story {

  private static final int PEERS = 20;
  private static final int WORKERS = 8; // by default
  private static final Pattern WAITING = Pattern.compile("\nroster_stream_waiting (\\S+)");

  @Test
  void aDatabaseThatHangsIsAnOutageToo() throws IOException {
    asks("before-the-freeze.lit");
    Postgresql.server().signal("STOP");
    String handOver;
    try {
      handOver = xmpp().startHandOver(OURS, presence("frozen.lit", "subscribe"));
      patiently().until(() -> given().get("/q/health/ready").statusCode() == 503);
      // A thread that waits for an answer gives up, and says so to whoever asks.
      assertEquals(503, as("admin").get("/api/v1/domains").statusCode());
      patiently().until(() -> metrics().contains("\nroster_database_up 0.0"));
    } finally {
      Postgresql.server().signal("CONT");
    }
    patiently().until(() -> metrics().contains("\nroster_database_up 1.0"));
    patiently()
        .untilAsserted(
            () -> assertEquals("result", xmpp().awaitAnswer(handOver).getAttribute("type")));
    assertState("frozen.lit", "none+pending-in");
    mailboxes().await(NURSE, "frozen.lit");
  }

  @Test
  void aFullDiskIsAnOutageToo() throws SQLException {
    // A sequence keeps its count when the transaction that took from it is rolled back.
    run("create sequence attempts");
    run(
        """
        create function full_disk() returns trigger language plpgsql as $$ begin
          perform nextval('attempts');
          raise exception 'could not extend file' using errcode = 'disk_full';
        end $$\
        """);
    run("create trigger full_disk before insert on outbox execute function full_disk()");
    String handOver;
    try {
      handOver = xmpp().startHandOver(OURS, presence("full.lit", "subscribe"));
      patiently().until(() -> run("select last_value >= 3 from attempts"));
    } finally {
      run("drop trigger full_disk on outbox");
    }
    patiently()
        .untilAsserted(
            () -> assertEquals("result", xmpp().awaitAnswer(handOver).getAttribute("type")));
    mailboxes().await(NURSE, "full.lit");
  }

  /** By the metric of it. */
  private static double stanzasWaiting() {
    var metric = WAITING.matcher(given().get("/q/metrics").asString());
    assertTrue(metric.find(), "roster_stream_waiting");
    return Double.parseDouble(metric.group(1));
  }

  /** More failures than there are connections, in statements and in commits: none may be kept. */
  @Test
  void aDiskThatStaysFullUsesUpNoConnections() throws SQLException {
    asks("early-full.lit");
    mailboxes().await(NURSE, "early-full.lit");
    run("create sequence failures");
    run(
        """
        create function no_room() returns trigger language plpgsql as $$ begin
          perform nextval('failures');
          raise exception 'could not extend file' using errcode = 'disk_full';
        end $$\
        """);
    run("create trigger no_room before update or delete on outbox execute function no_room()");
    run(
        "create constraint trigger no_room_at_the_end after insert on audit_entry"
            + " deferrable initially deferred for each row execute function no_room()");
    List<String> handOvers = new ArrayList<>();
    try {
      for (int i = 0; i < PEERS; i++) {
        handOvers.add(xmpp().startHandOver(OURS, presence("no-room-" + i + ".lit", "subscribe")));
      }
      patiently()
          .until(
              () -> {
                as("admin").post("/api/v1/domains/capulet.lit/peers/early-full.lit/approve");
                return run("select last_value >= 100 from failures");
              });
      patiently().until(() -> stanzasWaiting() >= PEERS - WORKERS);
    } finally {
      run("drop trigger no_room on outbox");
      run("drop trigger no_room_at_the_end on audit_entry");
    }
    for (int i = 0; i < PEERS; i++) {
      String handOver = handOvers.get(i);
      patiently()
          .untilAsserted(
              () -> assertEquals("result", xmpp().awaitAnswer(handOver).getAttribute("type")));
      mailboxes().await(NURSE, "no-room-" + i + ".lit");
    }
  }

  /** As a replica that stands by: no stream, and pages all the same. */
  @Test
  void whoHasNoStreamServesPages() throws IOException {
    asks("no-stream.lit");
    String link = mailboxes().await(NURSE, "no-stream.lit").link("approve");
    xmpp().stop();
    try {
      patiently().until(() -> health("ready") == 503);
      assertEquals(200, health("group/web"));
      Browser.press(link);
    } finally {
      xmpp().restart();
    }
    assertEquals("subscribed", awaitTypesTo("no-stream.lit", 1).get(0));
    patiently().until(() -> health("ready") == 200);
  }

  private static int health(String path) {
    return given().get("/q/health/" + path).statusCode();
  }

  /** More connections break, one after the other, than there are: each must be given back. */
  @Test
  void connectionsThatBreakAreReplaced() throws SQLException {
    run("create table broken (pid integer)");
    for (int i = 0; i < 40; i++) {
      patiently()
          .until(
              () ->
                  run(
                      """
                      with them as (insert into broken select pid from pg_stat_activity a
                        where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
                          and not exists (select 1 from broken b where b.pid = a.pid)
                        returning pid)
                      select count(pg_terminate_backend(pid)) > 0 from them
                      """));
    }
    asks("after-breaking.lit");
    mailboxes().await(NURSE, "after-breaking.lit");
  }

  /** Runs a statement in the database, past the service; whether its only result is true. */
  private static boolean run(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(Postgresql.server().url(), "postgres", "postgres");
        Statement statement = connection.createStatement()) {
      return statement.execute(sql)
          && statement.getResultSet().next()
          && statement.getResultSet().getBoolean(1);
    }
  }

  @Test
  void whatArrivesWhileTheDatabaseIsAwayIsKeptWhenItIsBack() throws IOException {
    asks("before.lit");
    String link = mailboxes().await(NURSE, "before.lit").link("approve");
    Map<String, String> form = Browser.form(Browser.open(link));

    assertEquals(200, health("group/web"));
    Postgresql.server().stop();
    assertEquals(503, health("group/web"));
    assertEquals(200, health("started"), "the startup probe of a pod waits for nobody else");
    List<String> handOvers = new ArrayList<>();
    for (int i = 0; i < PEERS; i++) {
      handOvers.add(xmpp().startHandOver(OURS, presence("outage-" + i + ".lit", "subscribe")));
    }
    patiently().until(() -> given().get("/q/health/ready").statusCode() == 503);
    assertEquals(200, given().get("/q/health/live").statusCode());
    Response page = Browser.submit(link, form);
    assertEquals(503, page.statusCode());
    assertTrue(page.asString().contains("open the link again"), page.asString());
    assertEquals(503, as("admin").get("/api/v1/domains").statusCode());
    assertTrue(
        xmpp().received().stream()
            .noneMatch(
                stanza ->
                    handOvers.contains(stanza.getAttribute("id"))
                        && stanza.getAttribute("type").equals("result")),
        "acknowledged without a commit");

    Postgresql.server().start();

    patiently().until(() -> given().get("/q/health/ready").statusCode() == 200);
    for (int i = 0; i < PEERS; i++) {
      String peer = "outage-" + i + ".lit";
      assertEquals("result", xmpp().awaitAnswer(handOvers.get(i)).getAttribute("type"));
      mailboxes().await(NURSE, peer);
      mailboxes().await(JULIET, peer);
      assertState(peer, "none+pending-in");
    }
    for (int i = 0; i < PEERS; i++) {
      assertEquals(1, mailboxes().about(NURSE, "outage-" + i + ".lit").size());
    }
    assertEquals(200, Browser.submit(link, form).statusCode());
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo("before.lit", 3));
  }
}
