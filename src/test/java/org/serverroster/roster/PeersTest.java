package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.roster.Kept.NOW;
import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;

import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.serverroster.lab.AppendixA;

/** What a peer's stanza does beyond the state table: who is asked, who is told, what leaves. */
class PeersTest {

  private static final String PATTERN = "*.partner.example";
  private static final String JULIET = "juliet@capulet.lit";

  private final Peers peers = new Peers(Kept.policy(1));
  private final Peers trusting = new Peers(Kept.policy(1, "friend.example", PATTERN));
  private final Peers careful = new Peers(Kept.policy(2));

  static Stream<Cell> table() {
    return Cell.of("stanzas.txt");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void eachStanzaDoesInEachStateWhatTheTableSays(Cell cell) {
    SubscriptionStanza stanza = SubscriptionStanza.ofType(cell.cause()).orElseThrow();
    cell.assertSays(peers.receive(Kept.in(cell.state()).hears(stanza)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void whatTheTableSaysIsWhatAppendixASays(Cell cell) {
    AppendixA.Cell rfc = AppendixA.inbound(cell.state().state(), cell.cause());
    assertEquals(rfc.state(), cell.outcome());
    assertEquals(
        rfc.reply().isEmpty() ? List.of() : List.of(rfc.reply()),
        cell.said().stream().filter(AppendixA.TYPES::contains).toList());
    assertEquals(rfc.passes(), !cell.trail().startsWith("("), "what we take note of");
  }

  @Test
  void theTableHasEveryStanzaInEveryState() {
    assertEquals(
        Arrays.stream(SubscriptionStanza.values())
            .flatMap(s -> Arrays.stream(Subscription.values()).map(state -> s.type() + state))
            .sorted()
            .toList(),
        table().map(cell -> cell.cause() + cell.state()).sorted().toList());
  }

  @Test
  void aStrangerThatAsksIsAskedAboutAndKept() {
    Change change = peers.receive(Kept.stranger(SUBSCRIBE));
    assertIsAskedAbout(change);
    assertTrue(change.is("meets"));
    assertEquals(NOW.plusDays(14), change.get("expires"));
    assertEquals(NOW.plusDays(1), change.get("remindAt"));
    assertEquals(NOW.plusDays(2), change.get("escalateAt"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SUBSCRIBE")
  void aStrangerThatSaysAnythingElseStaysOne(SubscriptionStanza stanza) {
    Change change = peers.receive(Kept.stranger(stanza));
    assertFalse(change.is("meets"));
    assertFalse(change.is("lasting"));
    assertEquals(List.of(), change.stanzas());
  }

  @Test
  void aPeerThatMatchesAPatternIsApprovedAndTold() {
    Change change = trusting.receive(Kept.stranger(SUBSCRIBE));
    assertEquals("from+pending-out", change.get("state"));
    assertEquals(List.of("subscribed", "available", "subscribe"), change.stanzas());
    assertEquals("request-auto-approved", change.get("action"));
    assertTrue(change.is("audited"));
    assertEquals("matches " + PATTERN, change.get("note"));
    assertTrue(change.is("notice"));
    assertEquals(PATTERN, change.get("detail"));
    assertFalse(change.is("opens"));
    assertIsAskedAbout(peers.receive(Kept.stranger(SUBSCRIBE)));
  }

  @Test
  void aPeerThatMatchesAndLetsUsSeeItAlreadyIsApprovedAndNotAskedBack() {
    Change change = trusting.receive(Kept.in(Subscription.TO).hears(SUBSCRIBE));
    assertEquals("both", change.get("state"));
    assertEquals(List.of("subscribed", "available"), change.stanzas());
  }

  @Test
  void aPeerThatMatchesAndWasDeniedIsAskedAbout() {
    Kept denied = Kept.in(Subscription.NONE).deniedAt(NOW.minusDays(8));
    assertIsAskedAbout(trusting.receive(denied.hears(SUBSCRIBE)));
  }

  @Test
  void aPeerThatMatchesAndWasDeniedJustNowWaitsQuietly() {
    Kept denied = Kept.in(Subscription.NONE).deniedAt(NOW.minusDays(6));
    assertWaitsQuietly(trusting.receive(denied.hears(SUBSCRIBE)));
  }

  @Test
  void aPeerThatMatchesAndMayAskAgainIsApproved() {
    Kept denied = Kept.in(Subscription.NONE).deniedAt(NOW.minusDays(6));
    Change forgotten = trusting.act(denied.suffers(Action.ALLOW_AGAIN));
    Kept forgiven = Kept.in(Subscription.NONE).with("denied_at", forgotten.get("deniedAt"));
    assertEquals(
        "request-auto-approved", trusting.receive(forgiven.hears(SUBSCRIBE)).get("action"));
  }

  @Test
  void theQuietPeriodEndsToTheSecond() {
    OffsetDateTime week = NOW.minusDays(7);
    assertWaitsQuietly(peers.receive(denied(week.plusSeconds(1)).hears(SUBSCRIBE)));
    assertIsAskedAbout(peers.receive(denied(week).hears(SUBSCRIBE)));
  }

  private static Kept denied(OffsetDateTime when) {
    return Kept.in(Subscription.NONE).deniedAt(when);
  }

  @Test
  void aPreApprovedPeerIsApprovedOnceInTheNameOfWhoDidThat() {
    for (Subscription state : List.of(Subscription.NONE_PENDING_OUT, Subscription.TO)) {
      Change change = peers.receive(Kept.in(state).preApprovedBy(JULIET).hears(SUBSCRIBE));
      assertEquals(state == Subscription.TO ? "both" : "from+pending-out", change.get("state"));
      assertEquals(List.of("subscribed", "available"), change.stanzas());
      assertEquals("request-preapproved", change.get("action"));
      assertEquals("pre-approved by " + JULIET, change.get("note"));
      assertTrue(change.is("notice"));
      assertEquals(JULIET, change.get("detail"));
      assertFalse(change.is("opens"));
      assertFalse(change.is("preApproved"));
      assertNull(change.get("preApprovedBy"));
    }
  }

  @Test
  void aPreApprovalOutlastsTheAnswerToOurRequestAndEndsWithADenial() {
    Kept asked = Kept.in(Subscription.NONE_PENDING_OUT).preApprovedBy(JULIET);
    assertTrue(peers.receive(asked.hears(SubscriptionStanza.SUBSCRIBED)).is("preApproved"));
    assertFalse(peers.receive(asked.hears(UNSUBSCRIBED)).is("preApproved"));
  }

  @Test
  void whereSeveralMustApproveAPreApprovalIsOneOfThem() {
    Kept asked = Kept.in(Subscription.NONE_PENDING_OUT).preApprovedBy(JULIET);
    Change change = careful.receive(asked.hears(SUBSCRIBE));
    assertEquals("none+pending-out+in", change.get("state"));
    assertEquals("request-received", change.get("action"));
    assertEquals(JULIET, change.get("vote"));
    assertFalse(change.is("preApproved"));
    assertEquals(List.of(), change.stanzas());
    assertEquals("request", change.get("asks"));
  }

  @Test
  void whereSeveralMustApproveTheLastOneDecides() {
    Kept waiting = Kept.in(Subscription.NONE_PENDING_IN);
    Change first = careful.count(by(JULIET, waiting.decided(Decision.APPROVE)), 1, 1);
    careful.decide(first);
    assertEquals("none+pending-in", first.get("state"));
    assertEquals(List.of(), first.stanzas());
    assertEquals("request-vote", first.get("action"));
    assertTrue(first.is("audited"));
    assertFalse(first.is("ends"));

    Change second = careful.count(by("nurse@capulet.lit", waiting.decided(Decision.APPROVE)), 2, 1);
    careful.decide(second);
    assertEquals("from+pending-out", second.get("state"));
    assertEquals(List.of("subscribed", "available", "subscribe"), second.stanzas());
    assertTrue(second.is("ends"));
  }

  /** Who lets a peer in is in the trail, also when they asked it for more at the same time. */
  @Test
  void anApprovalThatComesWithAQuestionIsInTheTrailAsOne() {
    Kept waiting = Kept.in(Subscription.NONE_PENDING_IN);
    Change ticked = by(JULIET, waiting.suffers(Action.SUBSCRIBE));
    ticked.put("preApprove", true);
    careful.act(careful.count(ticked.because("as agreed"), 1, 1));
    assertEquals("peer-asked", ticked.get("action"));
    assertEquals("approval 1 of 2: as agreed", ticked.get("note"));
  }

  @Test
  void oneAdministratorIsNoTwo() {
    Change again = by(JULIET, Kept.in(Subscription.NONE_PENDING_IN).decided(Decision.APPROVE));
    assertThrows(StateForbidsException.class, () -> careful.count(again, 1, 0));
    assertEquals(2, careful.count(again, 2, 0).number("votes"), "enough have approved by now");
  }

  @Test
  void onlyAnApprovalOfARequestIsAVoteAndNeedsANameThatCounts() {
    Kept waiting = Kept.in(Subscription.NONE_PENDING_IN);
    Change ticked = by(JULIET, waiting.suffers(Action.SUBSCRIBE));
    ticked.put("preApprove", true);
    for (Change vote :
        List.of(
            by(JULIET, waiting.decided(Decision.APPROVE)),
            by(JULIET, waiting.suffers(Action.APPROVE)),
            ticked)) {
      assertTrue(careful.mustVote(vote));
      assertFalse(peers.mustVote(vote), "one is enough");
      Change nameless = by(null, vote);
      assertThrows(StateForbidsException.class, () -> careful.mustVote(nameless));
    }
    for (Change other :
        List.of(
            waiting.decided(Decision.DENY),
            waiting.decided(Decision.EXPIRE),
            waiting.suffers(Action.SUBSCRIBE),
            Kept.in(Subscription.NONE).suffers(Action.APPROVE),
            Kept.in(Subscription.FROM).requested("review").decided(Decision.APPROVE))) {
      assertFalse(careful.mustVote(other));
    }
  }

  private static Change by(String voter, Change change) {
    change.put("voter", voter);
    return change;
  }

  @ParameterizedTest
  @EnumSource
  void aBlockedPeerIsCountedAndNeitherHeardNorAnswered(SubscriptionStanza stanza) {
    Kept blocked = Kept.in(Subscription.NONE).blocked().with("dropped", 4L).preApprovedBy(JULIET);
    Change change = trusting.receive(blocked.hears(stanza));
    assertEquals(5L, change.get("dropped"));
    assertEquals("none", change.get("state"));
    assertEquals(List.of(), change.stanzas());
    assertFalse(change.is("audited"));
    assertFalse(change.is("lasting"));
    assertFalse(change.is("opens"));
    assertTrue(change.is("changed"), "the count is kept");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsHandedOverAgainHasNoEffectWhateverHappenedMeanwhile(SubscriptionStanza stanza) {
    for (Subscription state : Subscription.values()) {
      Kept kept = Kept.in(state).with("last_handover", 7L);
      Change again = peers.receive(numbered(7L, kept.hears(stanza)));
      assertEquals("handed-over-again", again.get("action"));
      assertEquals(state.state(), again.get("state"));
      assertEquals(List.of(), again.stanzas());
      assertFalse(again.is("effect"));
    }
  }

  @Test
  void theNumberOfAHandOverIsKeptEvenOfOneThatCameToNothing() {
    Kept kept = Kept.in(Subscription.NONE).with("last_handover", 7L).with("last_seen", NOW);
    Change next = peers.receive(numbered(8L, kept.hears(UNSUBSCRIBE)));
    assertEquals("nothing-to-end", next.get("action"));
    assertEquals(8L, next.get("lastHandover"));
    assertTrue(next.is("changed"));
    assertTrue(next.is("remembered"), "by the row");
    Change stranger = peers.receive(numbered(8L, Kept.stranger(UNSUBSCRIBE)));
    assertFalse(stranger.is("remembered"), "there is no row");
  }

  private static Change numbered(long handover, Change change) {
    change.put("handover", handover);
    return change;
  }

  @Test
  void aRequestOverTheLimitsChangesNothingAndIsNotAnswered() {
    for (Kept kept : List.of(Kept.in(Subscription.NONE), Kept.in(Subscription.TO))) {
      Change change = trusting.receive(refused(kept.hears(SUBSCRIBE)));
      assertEquals("limit-reached", change.get("action"));
      assertEquals(change.get("before"), change.get("state"));
      assertEquals(List.of(), change.stanzas());
      assertFalse(change.is("lasting"));
      assertFalse(change.is("opens"));
    }
    assertFalse(peers.receive(refused(Kept.stranger(SUBSCRIBE))).is("meets"));
  }

  @Test
  void theLimitsAreForStrangersAndNotForWhomAnAdministratorExpects() {
    Kept expected = Kept.in(Subscription.NONE_PENDING_OUT).preApprovedBy(JULIET);
    Change change = peers.receive(refused(expected.hears(SUBSCRIBE)));
    assertEquals("request-preapproved", change.get("action"));
    Change trusted = peers.receive(refused(Kept.in(Subscription.BOTH).hears(SUBSCRIBE)));
    assertEquals(List.of("subscribed", "available"), trusted.stanzas());
  }

  private static Change refused(Change change) {
    change.put("refused", true);
    return change;
  }

  @Test
  void anErrorInAnswerToOurRequestIsToldOnceOfEachKindAndWeGoOnWaiting() {
    for (Subscription state : Subscription.values()) {
      if (!state.pendingOut()) {
        continue;
      }
      Change first = peers.fail(Kept.in(state).fails("remote-server-not-found", true));
      assertEquals(state.state(), first.get("state"));
      assertEquals(List.of(), first.stanzas(), "an error is never answered");
      assertEquals("remote-server-not-found", first.get("outError"));
      assertEquals(NOW.plusMinutes(5), first.get("resendAt"));
      assertTrue(first.is("notice"));
      assertEquals("remote-server-not-found", first.get("detail"));
      assertTrue(first.is("audited"));
      assertEquals("peer-unreachable", first.get("action"));

      Kept failed =
          Kept.in(state)
              .with("out_error", "remote-server-not-found")
              .with("errors_told", 1)
              .with("resends", 2);
      Change same = peers.fail(failed.fails("remote-server-not-found", true));
      assertFalse(same.is("notice"));
      assertFalse(same.is("audited"));
      assertEquals(NOW.plusMinutes(20), same.get("resendAt"), "later each time");
      Change other = peers.fail(failed.fails("remote-server-timeout", true));
      assertTrue(other.is("notice"));
    }
  }

  @Test
  void anErrorDoesNotReviveARequestThatWasGivenUp() {
    Kept givenUp = Kept.in(Subscription.NONE_PENDING_OUT).givenUp();
    assertNull(peers.fail(givenUp.fails("remote-server-timeout", true)).get("resendAt"));
  }

  @Test
  void anErrorAboutAnythingElseMeansNothing() {
    for (Subscription state : Subscription.values()) {
      for (boolean aboutOurRequest : new boolean[] {true, false}) {
        if (state.pendingOut() && aboutOurRequest) {
          continue;
        }
        Change change = peers.fail(Kept.in(state).fails("service-unavailable", aboutOurRequest));
        assertEquals("error-ignored", change.get("action"), state.state());
        assertFalse(change.is("effect"), state.state());
      }
    }
  }

  @Test
  void anAnswerToOurRequestEndsTheWaitAndItsError() {
    Kept failed = Kept.in(Subscription.NONE_PENDING_OUT).with("out_error", "remote-server-timeout");
    Change accepted = peers.receive(failed.hears(SubscriptionStanza.SUBSCRIBED));
    for (String key : List.of("askedAt", "resendAt", "outError")) {
      assertNull(accepted.get(key), key);
    }
    assertTrue(accepted.is("notice"));
  }

  @Test
  void aPeerThatLeavesEndsTheReviewOfItsTrust() {
    Kept reviewed =
        Kept.in(Subscription.BOTH).requested("review").with("review_at", NOW.minusDays(1));
    Change change = peers.receive(reviewed.hears(UNSUBSCRIBE));
    assertTrue(change.is("ends"));
    assertEquals(reviewed.get("request_id"), change.get("request"));
    assertEquals("withdrawn", change.get("outcome"));
    assertNull(change.get("openRequest"));
    assertNull(change.get("reviewAt"));
  }

  @Test
  void aReviewOutlastsWhatThePeerSaysWithoutLeaving() {
    Kept reviewed = Kept.in(Subscription.BOTH).requested("review").with("review_at", NOW);
    for (SubscriptionStanza stanza : List.of(SUBSCRIBE, UNSUBSCRIBED)) {
      Change change = peers.receive(reviewed.hears(stanza));
      assertEquals(reviewed.get("request_id"), change.get("openRequest"));
      assertFalse(change.is("ends"));
      assertEquals(NOW, change.get("reviewAt"));
    }
  }

  @Test
  void whatRepeatsWithinAMinuteIsNotWrittenAgain() {
    Kept repeated = Kept.in(Subscription.NONE_PENDING_IN);
    repeated.with("last_seen", NOW.minusSeconds(30));
    assertFalse(peers.receive(repeated.hears(SUBSCRIBE)).is("effect"));
    repeated.with("last_seen", NOW.minusSeconds(90));
    Change later = peers.receive(repeated.hears(SUBSCRIBE));
    assertTrue(later.is("changed"));
    assertEquals(NOW, later.get("lastSeen"));
    assertFalse(later.is("lasting"), "nobody minds if a crash forgets it");
  }

  private static void assertIsAskedAbout(Change change) {
    assertEquals("none+pending-in", change.get("state"));
    assertEquals(List.of(), change.stanzas());
    assertEquals("request-received", change.get("action"));
    assertTrue(change.is("audited"));
    assertTrue(change.is("opens"));
    assertEquals("approval", change.get("requestKind"));
    assertNotNull(change.get("openRequest"));
    assertEquals("request", change.get("asks"));
    assertFalse(change.is("quiet"));
    assertNotNull(change.get("remindAt"));
  }

  private static void assertWaitsQuietly(Change change) {
    assertEquals("none+pending-in", change.get("state"));
    assertEquals(List.of(), change.stanzas());
    assertEquals("request-received-quietly", change.get("action"));
    assertTrue(change.is("audited"));
    assertTrue(change.is("opens"));
    assertTrue(change.is("quiet"));
    assertNull(change.get("asks"));
    assertNull(change.get("remindAt"));
    assertNull(change.get("escalateAt"));
    assertNotEquals(null, change.get("deniedAt"), "the denial is not forgotten");
  }
}
