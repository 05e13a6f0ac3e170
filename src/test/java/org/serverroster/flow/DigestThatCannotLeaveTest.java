package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.smtp;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * Those outside are told of the mails of a digest as of each mail. Nobody takes what they are told.
 */
@QuarkusTest
@TestProfile(DigestThatCannotLeaveTest.Settings.class)
class DigestThatCannotLeaveTest extends Story {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          EVENTS, "http://127.0.0.1:9/events", "roster.notify.uri", "http://127.0.0.1:9/lines");
    }
  }

  @Inject
  @Named("roster")
  DataSource roster;

  @Test
  void eachMailInItIsToldOfOnceAndPeopleAreToldOnce() throws Exception {
    smtp().stop();
    try {
      gathers("one.lit", "other.lit");
      patiently().until(() -> told("delivery.failed.v1").size() == 2);
      List<String> failed = told("delivery.failed.v1");
      assertTrue(failed.get(0).contains("\"peer\":\"one.lit\""), failed.get(0));
      assertTrue(failed.get(1).contains("\"peer\":\"other.lit\""), failed.get(1));
      for (String each : failed) {
        assertTrue(each.contains("\"channel\":\"mail\",\"kind\":\"peer-denied\""), each);
        assertTrue(each.contains("\"attempts\":1,\"error\":\""), each);
        assertTrue(each.contains("\"nextAttemptAt\":\"20"), each);
      }
      gathers("late.lit");
      patiently().until(() -> told("delivery.failed.v1").size() == 3);
      patiently().until(() -> waiting("attempts < 3") == 0);
      assertEquals(3, told("delivery.failed.v1").size(), "each once");
      List<String> lines = told("delivery-failed");
      assertEquals(1, lines.size(), lines.toString());
      assertTrue(
          lines.get(0).startsWith("A digest of 2 mails could not be brought to " + NURSE + ": "),
          lines.get(0));
    } finally {
      smtp().start();
    }
    hurry();
    patiently().until(() -> waiting("true") == 0);
    List<String> sent = told("delivery.sent.v1");
    assertEquals(3, sent.size(), sent.toString());
    assertTrue(sent.stream().noneMatch(each -> each.contains("\"attempts\":1")), sent.toString());
  }

  private void gathers(String... peers) throws SQLException {
    for (String peer : peers) {
      write(
          """
          insert into outbox (wire_id, channel, lane, domain, peer, kind, recipient, created_at, next_at) values
            (random_uuid(), 'digest', 'capulet.lit %2$s', 'capulet.lit', '%1$s', 'peer-denied', '%2$s',
              current_timestamp, current_timestamp)
          """
              .formatted(peer, NURSE));
    }
    hurry();
  }

  /** The next attempt is now. */
  private void hurry() throws SQLException {
    write("update outbox set next_at = current_timestamp where channel = 'digest'");
  }

  private void write(String sql) throws SQLException {
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> told(String kind) throws SQLException {
    List<String> told = new ArrayList<>();
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select body from outbox where kind = '" + kind + "' order by id")) {
      while (rows.next()) {
        told.add(rows.getString(1));
      }
    }
    return told;
  }

  private int waiting(String which) throws SQLException {
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from outbox where channel = 'digest' and " + which)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
