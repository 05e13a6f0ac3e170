package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.roster.Kept.NOW;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What administrators, and the clock in their place, do to a peer, in every state. */
class AdministrationTest {

  private static final String EXPIRE = Decision.EXPIRE.name();

  private final Peers peers = new Peers(Kept.policy(1));

  static Stream<Cell> table() {
    return Cell.of("actions.txt");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void eachActionDoesInEachStateWhatTheTableSays(Cell cell) {
    Change change = change(cell);
    if (!cell.isRefused()) {
      cell.assertSays(judged(cell, change));
      return;
    }
    Class<? extends RuntimeException> kind =
        cell.cause().equals(EXPIRE) ? AlreadyDecidedException.class : StateForbidsException.class;
    RuntimeException refusal = assertThrows(kind, () -> judged(cell, change));
    assertFalse(refusal.getMessage().isBlank(), "it says why");
  }

  /** The table is no copy of the code: RFC 6121, as it is written in our facts, says so as well. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void whatTheTableSaysIsWhatAppendixASays(Cell cell) {
    if (cell.isRefused()) {
      assertEquals(List.of(), cell.said());
    } else if (cell.cause().equals("IMPORT")) {
      assertEquals("both", cell.outcome(), "what the other roster knows is taken as it is");
    } else {
      cell.assertFollowsAppendixA(cell.state().state());
    }
  }

  @Test
  void theTableHasEveryActionInEveryState() {
    List<String> wanted =
        Stream.concat(Arrays.stream(Action.values()).map(Action::name), Stream.of(EXPIRE))
            .flatMap(
                cause -> Arrays.stream(Subscription.values()).map(state -> cause + " " + state))
            .sorted()
            .toList();
    assertEquals(
        wanted,
        table()
            .filter(cell -> cell.given().isEmpty())
            .map(cell -> cell.cause() + " " + cell.state())
            .sorted()
            .toList());
  }

  /** The link of a mail and REST are two ways to the same decision. */
  @ParameterizedTest
  @EnumSource
  void aLinkDecidesAsTheActionOfThatNameDoes(Subscription state) {
    for (Decision decision : List.of(Decision.APPROVE, Decision.DENY)) {
      Kept kept = Kept.in(state);
      Change byLink = kept.decided(decision);
      Change byAction = kept.suffers(Action.valueOf(decision.name()));
      if (!state.pendingIn()) {
        assertThrows(AlreadyDecidedException.class, () -> peers.decide(byLink));
        assertThrows(StateForbidsException.class, () -> peers.act(byAction));
        continue;
      }
      peers.decide(byLink);
      peers.act(byAction);
      for (String key : List.of("state", "stanzas", "action", "outcome", "ends", "deniedAt")) {
        assertEquals(byAction.get(key), byLink.get(key), decision + ": " + key);
      }
    }
  }

  @Test
  void theLinkOfAFormerRequestDecidesNothingAboutTheOneThatWaitsNow() {
    Change late =
        Kept.in(Subscription.NONE_PENDING_IN).decided(Decision.APPROVE, UUID.randomUUID());
    assertThrows(AlreadyDecidedException.class, () -> peers.decide(late));
  }

  @Test
  void ofAStrangerNothingCanBeDoneThatNeedsAPeer() {
    for (Action action : Action.values()) {
      Change change =
          Change.action(action, Kept.OURS, new Domain(Kept.PEER), NOW.toInstant())
              .by(Kept.ADMINISTRATOR, "rest", null)
              .adopts(Subscription.TO, false)
              .recall(null);
      if (EnumSet.of(Action.SUBSCRIBE, Action.BLOCK, Action.IMPORT).contains(action)) {
        assertDoesNotThrow(() -> peers.act(change), action.name());
      } else {
        assertThrows(UnknownPeerException.class, () -> peers.act(change), action.name());
      }
    }
  }

  @Test
  void onlyADenialIsRememberedAsOne() {
    table()
        .filter(cell -> !cell.isRefused() && !cell.given().equals("denied"))
        .forEach(
            cell -> {
              Change change = judged(cell, change(cell));
              assertEquals(
                  cell.cause().equals("DENY") ? NOW : null,
                  change.get("deniedAt"),
                  cell.toString());
            });
  }

  @Test
  void anApprovalForgetsADenialAndBeginsToWaitForAnAnswer() {
    Change approved =
        peers.act(
            Kept.in(Subscription.NONE_PENDING_IN)
                .deniedAt(NOW.minusDays(8))
                .suffers(Action.APPROVE));
    assertNull(approved.get("deniedAt"));
    assertEquals(NOW, approved.get("askedAt"));
    assertEquals(NOW.plusDays(1), approved.get("resendAt"));
    assertTrue(approved.is("ends"));
    assertEquals("approved", approved.get("outcome"));
  }

  @Test
  void aRequestWithTheBoxTickedApprovesBeforehandInTheNameOfWhoTickedIt() {
    Change asked = peers.act(ticked(Kept.in(Subscription.NONE).deniedAt(NOW.minusHours(1))));
    assertTrue(asked.is("preApproved"));
    assertEquals(Kept.ADMINISTRATOR, asked.get("preApprovedBy"));
    assertNull(asked.get("deniedAt"), "whoever lets it ask back no longer refuses it");

    Change trusted = peers.act(ticked(Kept.in(Subscription.FROM)));
    assertFalse(trusted.is("preApproved"), "who is trusted needs no approval");
    Change plain = peers.act(Kept.in(Subscription.NONE).suffers(Action.SUBSCRIBE));
    assertFalse(plain.is("preApproved"));
  }

  @Test
  void whateverEndsOurSideEndsAPreApprovalAsWell() {
    for (Action action : List.of(Action.REMOVE, Action.BLOCK, Action.UNSUBSCRIBE)) {
      for (Subscription state : List.of(Subscription.NONE_PENDING_OUT, Subscription.TO)) {
        Kept kept = Kept.in(state).preApprovedBy("juliet@capulet.lit");
        Change change = peers.act(kept.suffers(action));
        assertFalse(change.is("preApproved"), action + " in " + state);
        assertNull(change.get("preApprovedBy"), action + " in " + state);
      }
    }
  }

  /** Who was denied reaches nobody's mailbox, however the request ends that nobody heard of. */
  @Test
  void theEndOfARequestThatWaitedQuietlyIsToldToNobody() {
    Kept kept =
        Kept.in(Subscription.NONE_PENDING_IN)
            .deniedAt(NOW.minusHours(1))
            .with("request_quiet", true);
    Change expired = peers.decide(kept.decided(Decision.EXPIRE));
    assertEquals("request-expired", expired.get("action"));
    assertFalse(expired.is("notice"));
    Change withdrawn = peers.receive(kept.hears(SubscriptionStanza.UNSUBSCRIBE));
    assertEquals("request-withdrawn", withdrawn.get("action"));
    assertFalse(withdrawn.is("notice"));
    Change loud = peers.decide(Kept.in(Subscription.NONE_PENDING_IN).decided(Decision.EXPIRE));
    assertTrue(loud.is("notice"));
  }

  @Test
  void aReviewThatIsDeniedIsADenial() {
    Change change = peers.act(Kept.in(Subscription.BOTH).requested("review").suffers(Action.DENY));
    assertEquals("trust-revoked", change.get("action"));
    assertEquals(NOW, change.get("deniedAt"));
  }

  @Test
  void forgettingADenialAsksAboutTheRequestThatWaitsQuietly() {
    Kept kept =
        Kept.in(Subscription.NONE_PENDING_IN)
            .deniedAt(NOW.minusHours(1))
            .with("request_quiet", true)
            .with("request_remind_at", null)
            .with("request_escalate_at", null);
    Change change = peers.act(kept.suffers(Action.ALLOW_AGAIN));
    assertNull(change.get("deniedAt"));
    assertFalse(change.is("quiet"));
    assertEquals("request", change.get("asks"));
    assertTrue(change.is("touches"));
    assertEquals(NOW.plusDays(1), change.get("remindAt"));
    assertEquals(NOW.plusDays(2), change.get("escalateAt"));

    Change nobodyWaits =
        peers.act(
            Kept.in(Subscription.NONE).deniedAt(NOW.minusHours(1)).suffers(Action.ALLOW_AGAIN));
    assertNull(nobodyWaits.get("asks"));
  }

  @Test
  void anImportTakesOverWhatBothSidesKnowAndAsksAgainWhatWaited() {
    assertImported("none+pending-out", "none+pending-out", "subscribe");
    assertImported("none+pending-out+in", "none+pending-out", "subscribe");
    assertImported("to", "to", "probe");
    assertImported("to+pending-in", "to", "probe");
    assertImported("from", "from", "available");
    assertImported("from+pending-out", "from+pending-out", "available", "subscribe");
    assertImported("both", "both", "available", "probe");
    for (String nothing : List.of("none", "none+pending-in")) {
      Change change = peers.act(imported(Kept.in(Subscription.NONE), nothing, false));
      assertEquals("import-unchanged", change.get("action"), nothing);
      assertFalse(change.is("effect"), nothing);
    }
    Change blocked = peers.act(imported(Kept.in(Subscription.NONE), "none", true));
    assertTrue(blocked.is("blocked"));
    assertThrows(
        StateForbidsException.class,
        () -> peers.act(imported(Kept.in(Subscription.NONE), "both", true)));
  }

  private void assertImported(String wanted, String state, String... said) {
    Change change = peers.act(imported(Kept.in(Subscription.NONE), wanted, false));
    assertEquals(state, change.get("state"), wanted);
    assertEquals(List.of(said), change.stanzas(), wanted);
    assertEquals("peer-imported", change.get("action"), wanted);
  }

  @ParameterizedTest
  @EnumSource
  void anImportOfWhatIsHereAlreadyHasNoEffect(Subscription state) {
    Change change = peers.act(imported(Kept.in(state), state.state(), false));
    assertEquals(List.of(), change.stanzas());
    assertFalse(change.is("effect"));
  }

  @Test
  void anImportApprovesNobodyWhereSeveralMust() {
    Peers careful = new Peers(Kept.policy(2));
    for (Subscription wanted : Subscription.values()) {
      Change change = imported(Kept.in(Subscription.NONE), wanted.state(), false);
      if (wanted.from()) {
        assertThrows(StateForbidsException.class, () -> careful.act(change), wanted.state());
      } else {
        assertDoesNotThrow(() -> careful.act(change), wanted.state());
      }
    }
  }

  @Test
  void whoEndsATrustAtItsReviewCanBlockAsWell() {
    Change change = Kept.in(Subscription.BOTH).requested("review").suffers(Action.DENY);
    change.put("block", true);
    peers.act(change);
    assertEquals("none", change.get("state"));
    assertTrue(change.is("blocked"));
    assertEquals("peer-blocked", change.get("action"));
    assertTrue(change.is("ends"));
  }

  @Test
  void whoConfirmsATrustCanSayWhenItIsReviewedNext() {
    Change change = Kept.in(Subscription.FROM).requested("review").suffers(Action.APPROVE);
    change.put("reviewAfter", Duration.ofDays(90));
    peers.act(change);
    assertEquals(NOW.plusDays(90), change.get("reviewAt"));
  }

  @Test
  void anUnansweredRequestIsSentAgainEverMoreSeldom() {
    for (int before = 0; before < 4; before++) {
      Kept kept = due(Kept.in(Subscription.NONE_PENDING_OUT)).with("resends", before);
      Change change = peers.act(kept.suffers(Action.RESEND));
      assertEquals(before + 1, change.number("resends"));
      assertEquals(NOW.plus(Duration.ofDays(1L << before + 1)), change.get("resendAt"));
      assertEquals(kept.get("asked_at"), change.get("askedAt"), "when it all began");
    }
  }

  @Test
  void aRequestThatIsTooOldIsGivenUpAndTold() {
    Kept kept =
        due(Kept.in(Subscription.NONE_PENDING_OUT))
            .with("asked_at", NOW.minusDays(30))
            .with("out_error", "remote-server-timeout")
            .preApprovedBy("juliet@capulet.lit");
    Change change = peers.act(kept.suffers(Action.RESEND));
    assertNull(change.get("resendAt"));
    assertNotNull(change.get("askedAt"));
    assertFalse(change.is("preApproved"));
    assertTrue(change.is("notice"));
    assertEquals("remote-server-timeout", change.get("detail"));
  }

  @Test
  void theClockIsNeverEarly() {
    Kept early = Kept.in(Subscription.NONE_PENDING_OUT_IN);
    for (Action action : List.of(Action.RESEND, Action.REMIND, Action.ESCALATE)) {
      assertHasNoEffect(early.suffers(action));
    }
    assertHasNoEffect(
        Kept.in(Subscription.BOTH).with("review_at", NOW.plusSeconds(1)).suffers(Action.REVIEW));
    assertHasNoEffect(Kept.in(Subscription.BOTH).suffers(Action.REVIEW));
  }

  private void assertHasNoEffect(Change change) {
    peers.act(change);
    assertEquals("not-due", change.get("action"));
    assertFalse(change.is("effect"));
  }

  @Test
  void aReminderIsRepeatedAndAnEscalationIsNot() {
    Kept kept = due(Kept.in(Subscription.NONE_PENDING_IN));
    Change reminded = peers.act(kept.suffers(Action.REMIND));
    assertEquals("reminder", reminded.get("asks"));
    assertEquals(NOW.plusDays(1), reminded.get("remindAt"));
    assertTrue(reminded.is("touches"));
    Change escalated = peers.act(kept.suffers(Action.ESCALATE));
    assertEquals("escalation", escalated.get("asks"));
    assertNull(escalated.get("escalateAt"));
    assertTrue(escalated.is("touches"));
  }

  @Test
  void aReviewIsARequestOfItsOwnKind() {
    Change change = peers.act(due(Kept.in(Subscription.BOTH)).suffers(Action.REVIEW));
    assertTrue(change.is("opens"));
    assertEquals("review", change.get("requestKind"));
    assertEquals("review", change.get("asks"));
    assertEquals(NOW.plusDays(14), change.get("expires"));
  }

  @Test
  void aReviewThatNobodyAnswersIsAskedAgainAtOnce() {
    Change change =
        peers.decide(
            Kept.in(Subscription.FROM)
                .with("review_at", NOW.minusDays(14))
                .requested("review")
                .decided(Decision.EXPIRE));
    assertEquals(NOW, change.get("reviewAt"));
    assertTrue(change.is("ends"));
  }

  private Change judged(Cell cell, Change change) {
    return cell.cause().equals(EXPIRE) ? peers.decide(change) : peers.act(change);
  }

  private static Change change(Cell cell) {
    Kept kept = due(Kept.in(cell.state()));
    switch (cell.given()) {
      case "given-up", "gave-up" -> kept.givenUp();
      case "too-old" -> kept.with("asked_at", NOW.minusDays(31));
      case "blocked" -> kept.blocked();
      case "denied" -> kept.deniedAt(NOW.minusHours(1));
      case "reviewed" -> kept.requested("review");
      default -> {}
    }
    if (cell.cause().equals(EXPIRE)) {
      return kept.decided(Decision.EXPIRE);
    }
    Change change = kept.suffers(Action.valueOf(cell.cause()));
    switch (cell.given()) {
      case "ticked", "gave-up" -> change.put("preApprove", true);
      case "no-return" -> change.choosing(true, false, null);
      case "one-way" -> change.put("subscribeBack", false);
      case "and-block" -> change.put("block", true);
      default -> {}
    }
    return cell.cause().equals("IMPORT") ? change.adopts(Subscription.BOTH, false) : change;
  }

  /** Whatever the clock does to this peer is due. */
  private static Kept due(Kept kept) {
    Subscription state = Subscription.ofState((String) kept.get("state"));
    if (state.pendingOut()) {
      kept.with("resend_at", NOW);
    }
    if (state.pendingIn()) {
      kept.with("request_remind_at", NOW).with("request_escalate_at", NOW);
    }
    return state.from() ? kept.with("review_at", NOW) : kept;
  }

  private static Change ticked(Kept kept) {
    Change change = kept.suffers(Action.SUBSCRIBE);
    change.put("preApprove", true);
    return change;
  }

  private static Change imported(Kept kept, String wanted, boolean blocked) {
    return kept.suffers(Action.IMPORT).adopts(Subscription.ofState(wanted), blocked);
  }
}
