package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

/** The token of a link is in the mail, and nowhere else. */
@QuarkusTest
class SecretsTest extends Story {

  private static final PatternFormatter MESSAGE = new PatternFormatter("%s");

  @Inject
  @Named("roster")
  DataSource roster;

  @Test
  void aTokenIsNeitherStoredNorLogged() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Handler listener = listener(log);
    Logger root = LogManager.getLogManager().getLogger("");
    root.addHandler(listener);
    String link;
    try {
      asks("secretive.lit");
      link = mailboxes().await(NURSE, "secretive.lit").link("approve");
      mailboxes().await(JULIET, "secretive.lit");
      Browser.open(link);
      Browser.submit(link, java.util.Map.of("nonce", "wrong"));
      Browser.press(link);
      awaitTypesTo("secretive.lit", 3);
      Browser.open(link);
    } finally {
      root.removeHandler(listener);
    }
    String token = link.replaceAll("/approval/([^?]+).*", "$1");

    assertTrue(log.stream().anyMatch(line -> line.contains("secretive.lit")), "heard the log");
    log.forEach(line -> assertFalse(line.contains(token), line));
    String stored = everything();
    assertFalse(stored.contains(token), "the token is in the database");
    assertTrue(
        stored.contains(
            HexFormat.of()
                .formatHex(
                    MessageDigest.getInstance("SHA-256")
                        .digest(token.getBytes(StandardCharsets.UTF_8)))),
        "its hash is");
  }

  @Test
  void oneRequestCanBeFollowedByItsIdFromStanzaToAnswer() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Handler listener = listener(log);
    Logger root = LogManager.getLogManager().getLogger("");
    root.addHandler(listener);
    try {
      asks("followed.lit");
      Browser.press(mailboxes().await(NURSE, "followed.lit").link("deny"));
      awaitTypesTo("followed.lit", 1);
      House.patiently()
          .until(() -> log.stream().anyMatch(line -> line.contains("kind=unsubscribed")));
    } finally {
      root.removeHandler(listener);
    }
    String request =
        log.stream()
            .filter(line -> line.startsWith("request-received") && line.contains("followed.lit"))
            .map(line -> line.replaceAll(".*request=(\\S+).*", "$1"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        List.of("request-received", "delivered", "request-denied", "delivered"),
        log.stream()
            .filter(line -> line.contains("request=" + request))
            .filter(line -> !line.contains(JULIET))
            .map(line -> line.split(" ")[0])
            .toList());
  }

  private static Handler listener(List<String> lines) {
    return new Handler() {
      @Override
      public void publish(LogRecord entry) {
        lines.add(MESSAGE.format(entry));
        if (entry.getThrown() != null) {
          lines.add(entry.getThrown().toString());
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private String everything() throws SQLException {
    StringBuilder all = new StringBuilder();
    try (Connection connection = roster.getConnection();
        ResultSet tables =
            connection.getMetaData().getTables(null, "public", "%", new String[] {"BASE TABLE"})) {
      while (tables.next()) {
        String table = tables.getString("TABLE_NAME");
        try (ResultSet rows =
            connection.createStatement().executeQuery("select * from \"" + table + "\"")) {
          while (rows.next()) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
              all.append(rows.getString(i)).append('\n');
            }
          }
        }
      }
    }
    assertTrue(all.toString().contains("secretive.lit"), "read the tables");
    return all.toString();
  }
}
