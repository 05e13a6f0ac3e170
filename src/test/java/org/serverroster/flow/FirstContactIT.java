package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Two replicas meet the same stranger at the same moment: the second one judges again. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class FirstContactIT extends Story {

  private static final String OTHER_REPLICA =
      "insert into peer (domain, peer, address, state, blocked, created_at, updated_at)"
          + " values ('capulet.lit', ?, ?, 'none', ?, current_timestamp, current_timestamp)";

  @Test
  void whoComesSecondFindsTheRowAndGoesOnFromIt() throws SQLException {
    raced("raced.lit", false);
    assertState("raced.lit", "none+pending-in");
    mailboxes().await(NURSE, "raced.lit");
  }

  @Test
  void whatTheFirstHasDecidedCounts() throws SQLException {
    raced("raced-and-blocked.lit", true);
    assertState("raced-and-blocked.lit", "none");
  }

  /** The peer's request comes while another transaction has written its row and not committed. */
  private static void raced(String peer, boolean blocked) throws SQLException {
    try (Connection other = connect();
        Connection watch = connect()) {
      other.setAutoCommit(false);
      try (var insert = other.prepareStatement(OTHER_REPLICA)) {
        insert.setString(1, peer);
        insert.setString(2, peer);
        insert.setBoolean(3, blocked);
        insert.executeUpdate();
      }
      String handOver = xmpp().startHandOver(OURS, presence(peer, "subscribe"));
      patiently().until(() -> someoneWaits(watch));
      other.commit();
      assertEquals("result", xmpp().awaitAnswer(handOver).getAttribute("type"));
    }
  }

  private static boolean someoneWaits(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) {
      rows.next();
      return rows.getInt(1) > 0;
    }
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(Postgresql.server().url(), "postgres", "postgres");
  }
}
