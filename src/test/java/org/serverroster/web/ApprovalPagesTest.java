package org.serverroster.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.serverroster.approval.LinkState;
import org.serverroster.roster.Decision;
import org.serverroster.roster.Moments;
import org.serverroster.web.ApprovalPages.Words;
import org.serverroster.web.ApprovalResource.Link;

/** What the pages say is what was done, and nothing more. */
class ApprovalPagesTest {

  private static final OffsetDateTime THEN = OffsetDateTime.parse("2026-11-28T12:00:00Z");
  private static final String WHEN = Moments.written(THEN);

  @Test
  void anApprovalAsksInReturnOnlyWhereItDoes() {
    assertEquals(
        "a.lit is now trusted by capulet.lit. It is being told so, and asked for its presence in"
            + " return.",
        done(Decision.APPROVE, "approval", "subscribed", "available", "subscribe"));
    assertEquals(
        "a.lit is now trusted by capulet.lit. It is being told so.",
        done(Decision.APPROVE, "approval", "subscribed", "available"));
  }

  @Test
  void aRefusalIsToldWhereItLeaves() {
    assertEquals(
        "a.lit is not trusted by capulet.lit. It is being told so.",
        done(Decision.DENY, "approval", "unsubscribed"));
    assertEquals(
        "a.lit is no longer trusted by capulet.lit. It is being told so.",
        done(Decision.DENY, "review", "unavailable", "unsubscribed", "unsubscribe"));
    assertEquals(
        "a.lit is no longer trusted by capulet.lit.", done(Decision.DENY, "review", "unsubscribe"));
  }

  @Test
  void aConfirmationTellsThePeerNothing() {
    assertEquals("a.lit stays trusted.", done(Decision.APPROVE, "review"));
  }

  @Test
  void theUsedLinkOfARequestSaysWhoDecided() {
    assertEquals(
        new Words(
            "Already approved",
            "The request of a.lit to be trusted by capulet.lit was approved by nurse@capulet.lit on"
                + " "
                + WHEN
                + ". This link is used up."),
        ApprovalPages.wordsOfEnded(link("approval", "approved")));
    assertEquals(
        "a.lit took back its request on " + WHEN + ". There is nothing left to decide.",
        ApprovalPages.wordsOfEnded(link("approval", "withdrawn")).text());
  }

  @Test
  void theUsedLinkOfAReviewSaysThatItWasAReview() {
    assertEquals(
        new Words(
            "Already revoked",
            "The trust of capulet.lit in a.lit was revoked by nurse@capulet.lit on "
                + WHEN
                + ". This link is used up."),
        ApprovalPages.wordsOfEnded(link("review", "denied")));
    assertEquals(
        new Words(
            "Already confirmed",
            "The trust of capulet.lit in a.lit was confirmed by nurse@capulet.lit on "
                + WHEN
                + ". This link is used up."),
        ApprovalPages.wordsOfEnded(link("review", "approved")));
    assertEquals(
        "a.lit gave up the presence of capulet.lit on "
            + WHEN
            + ". There is nothing left to decide.",
        ApprovalPages.wordsOfEnded(link("review", "withdrawn")).text());
  }

  private static String done(Decision decision, String kind, String... stanzas) {
    return ApprovalPages.wordsOfDone(decision, link(kind, "open"), List.of(stanzas)).text();
  }

  private static Link link(String kind, String outcome) {
    Map<String, Object> row = new HashMap<>();
    row.put("peer", "a.lit");
    row.put("domain", "capulet.lit");
    row.put("kind", kind);
    row.put("outcome", outcome);
    row.put("decided_by", "nurse@capulet.lit");
    row.put("decided_at", THEN);
    return new Link("hash", row, LinkState.ENDED);
  }
}
