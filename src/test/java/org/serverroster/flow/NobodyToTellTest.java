package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.mailboxes;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Without {@code roster.events.uri} and {@code roster.notify.uri}. */
@QuarkusTest
class NobodyToTellTest extends Story {

  @Inject
  @Named("roster")
  DataSource roster;

  @Test
  void nothingIsWrittenForNobody() throws Exception {
    String peer = "untold.lit";
    asks(peer);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    awaitTypesTo(peer, 3);
    tells(peer, "subscribed");
    tells(peer, "available");
    assertState(peer, "both");

    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*), max(id) from outbox where channel not in ('xmpp', 'mail', 'digest')")) {
      rows.next();
      assertEquals(0, rows.getInt(1));
    }
  }
}
