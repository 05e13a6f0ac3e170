package org.serverroster.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.serverroster.pipeline.Orders;

/** The same on PostgreSQL, which goes away and comes back. */
@QuarkusTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class FoldersOnPostgresqlTest extends CommandsInFolders {

  @Inject ProducerTemplate template;

  @Inject
  @Named("orders")
  Orders orders;

  @Test
  void aCommandWaitsForTheDatabase() throws Exception {
    String peer = "patient.lit";
    asks(peer);
    Postgresql.server().stop();
    try {
      Folders.command("outage", Command.of("outage-1", "deny", peer).toString().getBytes(UTF_8));
      Folders.command("outage-poison", "no command".getBytes(UTF_8));
      patiently().until(() -> as("admin").get("/api/v1/domains").statusCode() == 503);
      assertEquals(Set.of("outage", "outage-poison"), ours(), "nothing is acknowledged");
    } finally {
      Postgresql.server().start();
    }
    patiently().until(() -> sentTo(peer).size() == 1);
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    patiently().until(() -> ours().isEmpty());
    patiently()
        .until(
            () ->
                as("auditor")
                    .get("/api/v1/commands/parked")
                    .jsonPath()
                    .getList("commands.body")
                    .contains("no command"));
    assertState(peer, "none");
  }

  /** Acknowledged without having been kept, it would be lost. */
  @Test
  void aCommandThatTheDatabaseDoesNotLetUsKeepWaits() throws Exception {
    String peer = "unkept.lit";
    asks(peer);
    // A sequence keeps its count when the transaction that took from it is rolled back.
    run("create sequence refusals");
    run(
        """
        create function refuse() returns trigger language plpgsql as $$ begin
          perform nextval('refusals');
          raise exception 'permission denied' using errcode = '42501';
        end $$\
        """);
    run("create trigger refuse before insert on pipeline_command execute function refuse()");
    try {
      Folders.command("unkept", Command.of("unkept-1", "deny", peer).toString().getBytes(UTF_8));
      patiently().until(() -> run("select last_value >= 4 from refusals"));
      assertEquals(1, Folders.waiting().size(), "nothing is acknowledged");
    } finally {
      run("drop trigger refuse on pipeline_command");
    }
    patiently()
        .until(
            () ->
                as("auditor")
                    .get("/api/v1/commands/parked")
                    .jsonPath()
                    .getList("commands.reason")
                    .stream()
                    .anyMatch(reason -> reason.toString().startsWith("it could not be carried")));
    patiently().until(() -> Folders.waiting().isEmpty());
    assertState(peer, "none+pending-in");
  }

  @Test
  void whatTheDatabaseRefusedIsDoneWhenItComesAgain() throws Exception {
    String peer = "untried.lit";
    asks(peer);
    run(
        """
        create function deny() returns trigger language plpgsql as $$ begin
          if new.peer = 'untried.lit' then
            raise exception 'permission denied' using errcode = '42501';
          end if;
          return new;
        end $$\
        """);
    run("create trigger deny before insert on audit_entry for each row execute function deny()");
    byte[] text = Command.of("untried-1", "deny", peer).toString().getBytes(UTF_8);
    try {
      Folders.command("untried", text);
      patiently()
          .until(() -> run("select count(*) = 1 from pipeline_command where id = 'untried-1'"));
    } finally {
      run("drop trigger deny on audit_entry");
    }
    assertState(peer, "none+pending-in");
    Folders.command("untried-again", text);
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    patiently()
        .until(() -> run("select outcome = 'done' from pipeline_command where id = 'untried-1'"));
  }

  /** As two replicas would do it. */
  @Test
  void aParkedCommandThatComesTwiceAtOnceIsDoneOnce() throws Exception {
    String text = Command.of("twice-1", "block", "twice.lit").toString();
    run(
        """
        insert into pipeline_command (id, digest, received_at, outcome, reason)
        values ('twice-1', '', now(), 'parked', 'it was parked once')\
        """);
    List<CompletableFuture<Exchange>> both = new ArrayList<>();
    for (int time = 0; time < 2; time++) {
      both.add(
          template.asyncSend(
              "direct:settle-command",
              exchange -> {
                exchange.getMessage().setBody(text);
                exchange.setProperty("order", orders.open(exchange));
              }));
    }
    List<String> outcomes = new ArrayList<>();
    for (CompletableFuture<Exchange> one : both) {
      Map<?, ?> order = one.get().getProperty("order", Map.class);
      outcomes.add(order.get("outcome").toString());
    }
    assertEquals(List.of("done", "repeated"), outcomes.stream().sorted().toList());
    assertTrue(run("select count(*) = 1 from audit_entry where peer = 'twice.lit'"));
  }

  /** Whether the statement says so; true for one that says nothing. */
  private static boolean run(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(Postgresql.server().url(), "postgres", "postgres");
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return true;
      }
      try (var rows = statement.getResultSet()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  /** The commands of this test that are still there, by the names of their files. */
  private static Set<String> ours() throws IOException {
    return Folders.waiting().stream()
        .map(file -> Path.of(file).getFileName().toString())
        .filter(name -> name.equals("outage") || name.equals("outage-poison"))
        .collect(Collectors.toSet());
  }
}
