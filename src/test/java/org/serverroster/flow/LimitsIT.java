package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.WholeProtocol.act;
import static org.serverroster.flow.WholeProtocol.notice;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.serverroster.flow.Mailboxes.Mail;

/** A flood fills neither table nor mailbox; patterns approve what they name and nothing else. */
@QuarkusIntegrationTest
@TestProfile(LimitsIT.Settings.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LimitsIT extends Story {

  private static final int PENDING = 12;

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "roster.limits.pending-requests", Integer.toString(PENDING),
          "roster.limits.requests-per-peer", "2",
          "roster.limits.mails-per-hour", "6",
          "roster.limits.digest-every", "PT2S",
          "roster.auto-approve", "*.partner.example, friend.example");
    }
  }

  @Test
  @Order(1)
  void whatMatchesAPatternIsApprovedAuditedAndMailed() {
    String peer = "xmpp.partner.example";
    asks(peer);
    // The greeting of the start, within a second of the stream, may say once more that we are here.
    patiently()
        .untilAsserted(
            () ->
                assertEquals(
                    List.of("subscribed", "", "subscribe"),
                    awaitTypesTo(peer, 3).stream().distinct().toList()));
    assertState(peer, "from+pending-out");
    Mail told = notice(peer, "approved automatically");
    assertTrue(told.text().contains("*.partner.example"), told.text());
    as("auditor")
        .get("/api/v1/audit?peer=" + peer)
        .then()
        .body("entries.action", equalTo(List.of("request-auto-approved")))
        .body("entries[0].note", equalTo("matches *.partner.example"));

    asks("FRIEND.example.");
    assertState("friend.example", "from+pending-out");
    for (String stranger :
        List.of(
            "partner.example", "evilpartner.example", "friend.example.lit", "x.friend.example")) {
      asks(stranger);
      assertState(stranger, "none+pending-in");
      act(stranger, "deny", Map.of()).statusCode(200);
    }
  }

  @Test
  @Order(2)
  void aPeerThatMatchesAndIsBlockedIsNotHeard() {
    String peer = "bad.partner.example";
    asks(peer);
    assertState(peer, "from+pending-out");
    tells(peer, "unsubscribe");
    act(peer, "block", Map.of()).statusCode(200);
    asks(peer);
    assertState(peer, "none");
  }

  @Test
  @Order(3)
  void onePeerCannotAskWithoutEnd() {
    String peer = "loop.lit";
    for (int i = 0; i < 2; i++) {
      asks(peer);
      assertState(peer, "none+pending-in");
      tells(peer, "unsubscribe");
    }
    asks(peer);
    assertState(peer, "none");
    act(peer, "subscribe", Map.of()).statusCode(202);
    asks(peer);
    assertState(peer, "from+pending-out");
  }

  @Test
  @Order(4)
  void afterAnHoursWorthOfMailOneDigestHasTheRest() {
    for (int i = 0; i < PENDING + 5; i++) {
      asks("flood-" + i + ".lit");
    }
    as("admin")
        .get("/api/v1/domains/capulet.lit/peers?q=flood-&limit=100")
        .then()
        .body("peers.size()", equalTo(PENDING));

    patiently().until(() -> digests().stream().anyMatch(m -> m.text().contains("flood-11.lit")));
    long single =
        mailboxes().all().stream()
            .filter(mail -> mail.recipient().equals(NURSE) && !isDigest(mail))
            .count();
    assertEquals(6, single);
    Mail digest =
        digests().stream().filter(m -> m.text().contains("flood-11.lit")).findFirst().get();
    assertTrue(digest.text().contains("requests wait for you"), digest.text());
    assertFalse(digest.html().contains("flood-16.lit"));
    Browser.press(digest.link("approve"));
    as("admin")
        .queryParam("state", "from+pending-out")
        .get("/api/v1/domains/capulet.lit/peers?q=flood-")
        .then()
        .body("peers.size()", equalTo(1));
  }

  @Test
  @Order(5)
  void thatRequestsAreRefusedIsToldOnceForEachLimit() {
    List<String> limits = List.of("requests-per-peer", "pending-requests");
    for (String limit : limits) {
      patiently().until(() -> !refusals(limit).isEmpty());
    }
    for (String limit : limits) {
      assertEquals(1, refusals(limit).size(), limit);
    }
  }

  @Test
  @Order(6)
  void approvalsThatNobodyIsAskedAboutCountAsRequests() {
    String peer = "loop.partner.example";
    for (int i = 0; i < 2; i++) {
      asks(peer);
      assertState(peer, "from+pending-out");
      tells(peer, "unsubscribe");
      assertState(peer, "none+pending-out");
    }
    asks(peer);
    assertState(peer, "none+pending-out");
  }

  private static List<Mail> refusals(String limit) {
    return mailboxes().all().stream()
        .filter(mail -> mail.recipient().equals(NURSE))
        .filter(mail -> mail.text().contains("refused by roster.limits." + limit + " so far: "))
        .toList();
  }

  private static List<Mail> digests() {
    return mailboxes().all().stream()
        .filter(mail -> mail.recipient().equals(NURSE) && isDigest(mail))
        .toList();
  }

  private static boolean isDigest(Mail mail) {
    return mail.text().startsWith("More happened at");
  }
}
