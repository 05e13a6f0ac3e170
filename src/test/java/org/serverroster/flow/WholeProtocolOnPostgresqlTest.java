package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The same flows, from the same build, with PostgreSQL by settings; and two at the same row. */
@QuarkusTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class WholeProtocolOnPostgresqlTest extends WholeProtocol {

  @Test
  void whoWaitsForAPeerSeesTheRequestThatWasOpenedMeanwhile() throws Exception {
    String peer = "reviewed-meanwhile.lit";
    trusted(peer, "from");
    String request = "00000000-0000-0000-0000-0000000000a1";
    CompletableFuture<Integer> approval;
    try (Connection another = another()) {
      change(
          another,
          """
          insert into approval_request (id, domain, peer, kind, quiet, received_at, expires_at, outcome)
            values ('%1$s', 'capulet.lit', '%2$s', 'review', false, now(), now() + interval '1 day', 'open');
          update peer set request_id = '%1$s' where peer = '%2$s'
          """
              .formatted(request, peer));
      approval = decides(peer, "approve");
      another.commit();
    }
    assertEquals(200, approval.get());
    peer(peer).body("state", equalTo("from"));
  }

  @Test
  void whoWaitsForAPeerSendsNothingBeforeWhatWasWrittenMeanwhile() throws Exception {
    String peer = "told-meanwhile.lit";
    trusted(peer, "from");
    CompletableFuture<Integer> revocation;
    try (Connection another = another()) {
      change(
          another,
          """
          update peer set updated_at = now() where peer = '%1$s';
          insert into outbox (wire_id, channel, lane, domain, peer, kind, recipient, created_at, next_at,
              attempts)
            values ('00000000-0000-0000-0000-0000000000b1', 'xmpp', 'capulet.lit %1$s', 'capulet.lit',
              '%1$s', 'subscribe', '%1$s', now(), now() + interval '1 hour', 1)
          """
              .formatted(peer));
      revocation = decides(peer, "revoke");
      another.commit();
      assertEquals(200, revocation.get());
      assertEquals(List.of(), awaitTypesTo(peer, 0), "one before it cannot leave yet");
      change(another, "update outbox set next_at = now() where peer = '%s'".formatted(peer));
      another.commit();
    }
    List<String> types = awaitTypesTo(peer, 2);
    assertEquals("subscribe", types.get(0), types::toString);
  }

  @Test
  void whoWaitsForAPeerSeesHowItsRequestWasChangedMeanwhile() throws Exception {
    String peer = "allowed-meanwhile.lit";
    trusted(peer, "none+pending-in");
    CompletableFuture<Integer> second;
    try (Connection another = another()) {
      change(
          another,
          """
          insert into approval_request (id, domain, peer, kind, quiet, received_at, expires_at, outcome)
            values ('00000000-0000-0000-0000-0000000000c1', 'capulet.lit', '%1$s', 'approval', true, now(),
              now() + interval '1 day', 'open');
          update peer set request_id = '00000000-0000-0000-0000-0000000000c1' where peer = '%1$s'
          """
              .formatted(peer));
      another.commit();
      change(
          another,
          """
          select 1 from peer where peer = '%1$s' for update;
          update approval_request set quiet = false where peer = '%1$s'
          """
              .formatted(peer));
      second = decides(peer, "allow-again");
      another.commit();
    }
    assertEquals(409, second.get(), "somebody else has allowed it already");
  }

  @Test
  void whenAnotherReplicaHasSaidThatWeAreGoneThePeersAreToldOtherwise() throws Exception {
    String peer = "told-otherwise.lit";
    trusted(peer, "both");
    try (Connection another = another()) {
      change(another, "update farewell set said = said + 1");
      another.commit();
    }
    assertEquals(List.of(""), awaitTypesTo(peer, 1), "available, and no question");
  }

  private static void trusted(String peer, String state) throws SQLException {
    try (Connection connection = another()) {
      change(
          connection,
          """
          insert into peer (domain, peer, address, state, created_at, updated_at)
            values ('capulet.lit', '%1$s', '%1$s', '%2$s', now(), now())
          """
              .formatted(peer, state));
      connection.commit();
    }
  }

  /** An administrator decides, and has to wait for the row of the peer. */
  private static CompletableFuture<Integer> decides(String peer, String action) {
    CompletableFuture<Integer> decision =
        CompletableFuture.supplyAsync(() -> act(peer, action, Map.of()).extract().statusCode());
    patiently().until(WholeProtocolOnPostgresqlTest::somebodyWaits);
    return decision;
  }

  private static boolean somebodyWaits() throws SQLException {
    try (Connection connection = another();
        Statement statement = connection.createStatement();
        ResultSet waiting =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) {
      waiting.next();
      return waiting.getInt(1) > 0;
    }
  }

  private static Connection another() throws SQLException {
    Connection connection =
        DriverManager.getConnection(Postgresql.server().url(), "postgres", "postgres");
    connection.setAutoCommit(false);
    return connection;
  }

  private static void change(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
