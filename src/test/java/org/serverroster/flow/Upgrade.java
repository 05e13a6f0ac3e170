package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.mail.MessagingException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Mailboxes.Mail;

/** A database of the first version, with what it had to do, under this one. */
abstract class Upgrade extends Story {

  @Inject
  @Named("roster")
  DataSource roster;

  @Test
  void aLinkOfAnOldMailStillDecides() {
    Browser.press("/approval/" + OldSchema.TOKEN + "?decision=approve");
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo("old-asker.lit", 3));
    tells("old-asker.lit", "subscribed");
    assertState("old-asker.lit", "both");
  }

  @Test
  void whatTheOldVersionHadNotSentLeaves() throws MessagingException {
    Mail mail = mailboxes().await(NURSE, "old-waiter.lit");
    String id = mail.message().getMessageID();
    assertTrue(id.startsWith("<00000000-0000-0000-0000-000000000002."), id); // its request
    Browser.press(mail.link("deny"));
    assertEquals(List.of("unsubscribed"), awaitTypesTo("old-waiter.lit", 1));
    assertEquals("subscribe", awaitTypesTo("old-hope.lit", 1).get(0));
  }

  @Test
  void whoWasTrustedIsAndTheTrailIsSealed() {
    peer("old-friend.lit").body("state", equalTo("both"));
    assertEquals(200, trusted("old-friend.lit").statusCode());
    peer("old-hope.lit").body("state", equalTo("none+pending-out"));
    patiently()
        .untilAsserted(
            () ->
                as("auditor")
                    .get("/api/v1/audit?peer=old-asker.lit")
                    .then()
                    .body("entries.find { it.action == 'request-received' }.seal", notNullValue()));
    as("auditor").get("/api/v1/audit/verify").then().body("valid", equalTo(true));
  }

  /** During a rolling upgrade the version before goes on writing what it knows of, in V10. */
  @Test
  void whatTheVersionBeforeWritesIsTaken() throws SQLException {
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into peer (domain, peer, address, state, created_at, updated_at, last_seen, request_id, asked_at,
            resend_at, review_at, last_handover) values
            ('capulet.lit', 'by-the-old.lit', 'by-the-old.lit', 'from', current_timestamp, current_timestamp,
              current_timestamp, null, null, null, null, 4711)
          """);
      statement.execute(
          """
          insert into outbox (wire_id, channel, lane, domain, peer, kind, recipient, detail, body, request_id,
            created_at, next_at, lease, leased_until) values
            ('00000000-0000-0000-0000-000000000005', 'xmpp', 'capulet.lit by-the-old.lit', 'capulet.lit',
              'by-the-old.lit', 'subscribed', 'by-the-old.lit', null, null, null,
              current_timestamp, current_timestamp, null, null)
          """);
    }
    assertEquals("subscribed", awaitTypesTo("by-the-old.lit", 1).get(0));
    assertState("by-the-old.lit", "from");
  }

  /**
   * Each column of the schema before is still there, and of what is new in its tables nothing must
   * be given: whatever the version before, in its own words, may write into any table is taken.
   */
  @Test
  void nothingThatTheVersionBeforeDoesNotKnowMustBeGiven() throws SQLException {
    Map<String, Boolean> before;
    Map<String, Boolean> now;
    try (Connection old = OldSchema.before();
        Connection connection = roster.getConnection()) {
      before = columns(old);
      now = columns(connection);
    }
    assertTrue(before.size() > 80, before.toString());
    assertTrue(before.containsKey("outbox.wire_id"), before.toString());
    Set<String> tables = new TreeSet<>();
    before.keySet().forEach(column -> tables.add(table(column)));
    Set<String> inTheWay = new TreeSet<>(before.keySet());
    inTheWay.removeAll(now.keySet());
    now.forEach(
        (column, mustBeGiven) -> {
          if (mustBeGiven
              && tables.contains(table(column))
              && !before.getOrDefault(column, false)) {
            inTheWay.add(column);
          }
        });
    assertEquals(Set.of(), inTheWay);
  }

  private static String table(String column) {
    return column.substring(0, column.indexOf('.'));
  }

  /** By table and name, without those that are computed: whether an insert must give it. */
  private static Map<String, Boolean> columns(Connection connection) throws SQLException {
    Map<String, Boolean> columns = new TreeMap<>();
    try (ResultSet found =
        connection.getMetaData().getColumns(null, connection.getSchema(), null, null)) {
      while (found.next()) {
        if (!"YES".equals(found.getString("IS_GENERATEDCOLUMN"))) {
          columns.put(
              found.getString("TABLE_NAME") + "." + found.getString("COLUMN_NAME"),
              found.getInt("NULLABLE") == DatabaseMetaData.columnNoNulls
                  && found.getString("COLUMN_DEF") == null
                  && !"YES".equals(found.getString("IS_AUTOINCREMENT")));
        }
      }
    }
    columns.keySet().removeIf(column -> column.startsWith("flyway_"));
    return columns;
  }
}
