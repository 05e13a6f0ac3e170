package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.WholeProtocol.act;
import static org.serverroster.flow.WholeProtocol.notice;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.serverroster.flow.Mailboxes.Mail;
import org.w3c.dom.Element;

/** What the clock does: asks again, gives up, reminds, escalates, reviews, forgets. */
@QuarkusIntegrationTest
@TestProfile(PeriodsIT.Settings.class)
class PeriodsIT extends Story {

  private static final String PRINCE = "prince@verona.lit";

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "roster.outbound.resend-after", "PT1S",
          "roster.outbound.give-up-after", "PT12S",
          "roster.approval.remind-after", "PT4S",
          "roster.approval.escalate-to", PRINCE,
          "roster.approval.escalate-after", "PT2S",
          "roster.denial.quiet-period", "PT3S");
    }
  }

  @Test
  void anUnansweredRequestIsSentAgainWithAFreshIdThenGivenUpAndToldOnce() {
    String peer = "silent.lit";
    act(peer, "subscribe", Map.of()).statusCode(202);

    List<String> types = awaitTypesTo(peer, 3);

    assertEquals(List.of("subscribe", "subscribe", "subscribe"), types.subList(0, 3));
    List<Element> sent = sentTo(peer);
    assertNotEquals(sent.get(0).getAttribute("id"), sent.get(1).getAttribute("id"));
    notice(peer, "has not answered");
    peer(peer)
        .body("state", equalTo("none+pending-out"))
        .body("preApproved", equalTo(false))
        .body("nextAskAt", nullValue());
    assertEquals(1, WholeProtocol.noticesAbout(peer).size());

    act(peer, "subscribe", Map.of()).statusCode(202).body("nextAskAt", notNullValue());
    tells(peer, "subscribed");
    peer(peer).body("state", equalTo("to")).body("askedAt", nullValue());
  }

  @Test
  void whoHasNotDecidedIsRemindedAndSomebodyElseIsAskedAsWell() throws Exception {
    String peer = "waiting.lit";
    asks(peer);
    Mail first = mailboxes().await(NURSE, peer);

    patiently().until(() -> mailboxes().about(NURSE, peer).size() >= 2);
    Mail reminder = mailboxes().about(NURSE, peer).get(1);
    assertTrue(reminder.text().contains("Reminder: nobody has decided yet."), reminder.text());
    assertEquals(first.header("Message-ID"), reminder.header("In-Reply-To"));
    assertNotEquals(first.link("approve"), reminder.link("approve"));

    Mail escalation = mailboxes().await(PRINCE, peer);
    assertTrue(escalation.text().contains("were asked and have not decided"), escalation.text());
    Browser.press(escalation.link("approve"));

    assertState(peer, "from+pending-out");
    assertTrue(Browser.open(first.link("deny")).asString().contains("approved by " + PRINCE));
    assertEquals(1, mailboxes().about(PRINCE, peer).size(), "asked once");
  }

  @Test
  void anApprovalWithAReviewDateIsConfirmedOrRevoked() {
    String peer = "reviewed.lit";
    asks(peer);
    act(peer, "approve", Map.of("reviewAfter", "PT1S", "subscribeBack", false))
        .statusCode(200)
        .body("state", equalTo("from"))
        .body("reviewAt", notNullValue());

    Mail review = awaitReview(peer, 1);
    peer(peer).body("request.kind", equalTo("review")).body("state", equalTo("from"));
    Response confirmed = Browser.press(review.link("approve"));
    assertTrue(confirmed.asString().contains("You confirmed " + peer), confirmed.asString());
    peer(peer).body("state", equalTo("from")).body("reviewAt", nullValue());
    assertEquals(List.of("subscribed", ""), awaitTypesTo(peer, 2));

    String other = "reviewed-again.lit";
    asks(other);
    act(other, "approve", Map.of("reviewAfter", "PT1S", "subscribeBack", false)).statusCode(200);
    Response revoked = Browser.press(awaitReview(other, 1).link("deny"));
    assertTrue(revoked.asString().contains("You revoked"), revoked.asString());
    assertEquals(List.of("subscribed", "", "unavailable", "unsubscribed"), awaitTypesTo(other, 4));
    assertState(other, "none");
  }

  @Test
  void aDenialIsForgottenAfterTheQuietPeriod() throws Exception {
    String peer = "patient.lit";
    asks(peer);
    mailboxes().await(NURSE, peer); // one that was decided before needs no mail
    act(peer, "deny", Map.of()).statusCode(200);
    patiently()
        .pollInterval(Duration.ofMillis(500)) // a peer may not ask without end
        .until(
            () -> {
              asks(peer);
              boolean loud = !peer(peer).extract().<Boolean>path("request.quiet");
              if (!loud) {
                tells(peer, "unsubscribe");
              }
              return loud;
            });
    patiently().until(() -> firstMailsOfRequests(peer).size() == 2);
    assertState(peer, "none+pending-in");
    Browser.press(firstMailsOfRequests(peer).get(1).link("approve"));
    assertState(peer, "from+pending-out");
  }

  /** A reminder is a mail of the same thread. */
  private static List<Mail> firstMailsOfRequests(String peer) throws MessagingException {
    List<Mail> first = new ArrayList<>();
    for (Mail mail : mailboxes().asking(NURSE, peer)) {
      if (mail.message().getHeader("In-Reply-To") == null) {
        first.add(mail);
      }
    }
    return first;
  }

  private static Mail awaitReview(String peer, int count) {
    patiently().until(() -> reviews(peer).size() >= count);
    return reviews(peer).get(count - 1);
  }

  private static List<Mail> reviews(String peer) {
    return mailboxes().all().stream()
        .filter(mail -> mail.recipient().equals(NURSE))
        .filter(mail -> mail.text().contains("server " + peer + ". It is time to look at that"))
        .toList();
  }
}
