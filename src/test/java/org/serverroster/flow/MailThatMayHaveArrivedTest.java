package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.smtp;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.serverroster.approval.Letters;
import org.serverroster.dossier.Dossier;
import org.serverroster.flow.Mailboxes.Mail;
import org.serverroster.lab.ForgetfulSmtp;
import org.serverroster.roster.Domain;

/**
 * The SMTP server has taken a mail and the connection broke before it could say so. What follows
 * shares its Message-ID and says the same, or says nothing of it, so that a mailbox that knows the
 * Message-ID has each thing once.
 */
@QuarkusTest
@QuarkusTestResource(value = MailThatMayHaveArrivedTest.Door.class, restrictToAnnotatedClass = true)
@TestProfile(MailThatMayHaveArrivedTest.Settings.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MailThatMayHaveArrivedTest extends Story {

  private static ForgetfulSmtp door;

  @Inject
  @Named("roster")
  DataSource roster;

  @Inject
  @Named("letters")
  Letters letters;

  /** An address may be an administrator's and stand in escalate-to. */
  @Test
  void whoWasAskedBeforeGetsAnEscalationAsAMailOfItsOwn() {
    assertEquals(asked("request", UUID.randomUUID()), asked("request", UUID.randomUUID()));
    UUID row = UUID.randomUUID();
    assertNotEquals(asked("request", UUID.randomUUID()), asked("escalation", row));
    assertEquals(asked("escalation", row), asked("escalation", row), "a repeat");
  }

  private String asked(String kind, UUID row) {
    Map<String, Object> request =
        Map.of(
            "request",
            new UUID(1, 2),
            "domain",
            "capulet.lit",
            "peer",
            "asked.lit",
            "kind",
            "approval");
    return letters
        .request(
            request,
            Map.of("recipient", NURSE, "kind", kind, "wire_id", row),
            Dossier.of(new Domain("asked.lit"), null, List.of(), List.of(), List.of()))
        .messageId();
  }

  /** Between us and the mailboxes. */
  public static class Door implements QuarkusTestResourceLifecycleManager {

    @Override
    public int order() {
      return 1; // after the house
    }

    @Override
    public Map<String, String> start() {
      try {
        door = new ForgetfulSmtp(smtp().getSmtp().getPort());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Map.of("roster.mail.port", Integer.toString(door.port()));
    }

    @Override
    public void stop() {
      try {
        door.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("roster.limits.mails-per-hour", "2", "roster.limits.digest-every", "PT1S");
    }
  }

  @Test
  @Order(1)
  void aMailIsTriedAgainAsThatMailAndCountedOnce() {
    door.forget(true);
    asks("once.lit");
    patiently().until(() -> naming("once.lit").size() >= 3); // more than an hour may have
    door.forget(false);
    asks("second.lit");
    patiently().until(() -> !naming("second.lit").isEmpty());
    awaitNothingWaits();
    assertEquals(1, ids(naming("once.lit")).size(), ids(naming("once.lit")).toString());
    assertTrue(naming("once.lit").stream().noneMatch(MailThatMayHaveArrivedTest::isDigest));
    assertTrue(naming("second.lit").stream().noneMatch(MailThatMayHaveArrivedTest::isDigest));
  }

  @Test
  @Order(2)
  void aDigestIsTriedAgainWithWhatItHad() {
    door.forget(true);
    asks("third.lit");
    patiently().until(() -> !naming("third.lit").isEmpty());
    asks("fourth.lit");
    patiently().until(() -> naming("third.lit").size() >= 3);
    door.forget(false);
    patiently().until(() -> !naming("fourth.lit").isEmpty());
    awaitNothingWaits();
    assertTrue(naming("third.lit").stream().allMatch(MailThatMayHaveArrivedTest::isDigest));
    assertEquals(1, ids(naming("third.lit")).size(), ids(naming("third.lit")).toString());
    assertEquals(1, ids(naming("fourth.lit")).size(), ids(naming("fourth.lit")).toString());
    Set<String> both = ids(naming("third.lit"));
    both.retainAll(ids(naming("fourth.lit")));
    assertEquals(Set.of(), both, "a mailbox that has the one would not show the other");
  }

  private void awaitNothingWaits() {
    patiently().until(() -> waiting() == 0);
  }

  private int waiting() throws SQLException {
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from outbox")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static boolean isDigest(Mail mail) {
    return mail.text().startsWith("More happened at");
  }

  private static List<Mail> naming(String peer) {
    return mailboxes().all().stream()
        .filter(mail -> mail.recipient().equals(NURSE) && mail.text().contains(peer))
        .toList();
  }

  private static Set<String> ids(List<Mail> mails) {
    Set<String> ids = new TreeSet<>();
    for (Mail mail : mails) {
      try {
        ids.add(mail.header("Message-ID"));
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
    return ids;
  }
}
