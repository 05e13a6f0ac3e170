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
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
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

  /** During a rolling upgrade the version before goes on writing what it knows of. */
  @Test
  void whatTheVersionBeforeWritesIsTaken() throws SQLException {
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into peer (domain, peer, address, state, created_at, updated_at) values
            ('capulet.lit', 'by-the-old.lit', 'by-the-old.lit', 'from', current_timestamp, current_timestamp)
          """);
      statement.execute(
          """
          insert into outbox (wire_id, channel, lane, domain, peer, kind, recipient, created_at, next_at) values
            ('00000000-0000-0000-0000-000000000005', 'xmpp', 'capulet.lit by-the-old.lit', 'capulet.lit',
              'by-the-old.lit', 'subscribed', 'by-the-old.lit', current_timestamp, current_timestamp)
          """);
    }
    assertEquals("subscribed", awaitTypesTo("by-the-old.lit", 1).get(0));
    assertState("by-the-old.lit", "from");
  }
}
