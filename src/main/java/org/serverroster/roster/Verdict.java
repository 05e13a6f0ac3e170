package org.serverroster.roster;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBED;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What becomes of one change, put together step by step: the state that the peer gets, what is sent
 * to it and in which order, whether a request opens or ends, and whom to tell.
 *
 * <p>Writes into the change: {@code changed} (something that is kept differs), {@code meets} (a
 * stranger becomes a peer), {@code audited}, {@code effect} (there is anything to write), {@code
 * lasting} (it must survive a crash), {@code stanzas}, {@code opens}, {@code touches} and {@code
 * ends} (a request), {@code asks} (the kind of mail that asks for a decision, or null), {@code
 * notice} (whether administrators are told).
 */
final class Verdict {

  /** What the column takes, in UTF-16 units. */
  private static final int LONGEST_NOTE = 2000;

  private final Change change;
  private final Policy policy;
  private final Subscription before;
  private final List<String> stanzas = new ArrayList<>();
  private Subscription state;

  Verdict(Change change, Policy policy) {
    this.change = change;
    this.policy = policy;
    this.before = change.subscription();
    this.state = before;
    for (String key : List.of("opens", "touches", "ends", "notice")) {
      change.put(key, false);
    }
    change.put("asks", null);
    change.put("vote", null);
  }

  Subscription before() {
    return before;
  }

  Subscription state() {
    return state;
  }

  /** The peer has moved the subscription. */
  Verdict moves(Subscription after) {
    state = after;
    return this;
  }

  /**
   * A state that both sides know already: what every start tells is told now (RFC 6121, sections
   * 4.2 and 4.3), and what waits for the peer's answer is asked again.
   */
  Verdict adopts(Subscription known) {
    state = known.withoutPendingOut();
    if (state.from()) {
      trusts();
    }
    if (state.to()) {
      says(Peers.PROBE);
    }
    return known.pendingOut() ? sends(SUBSCRIBE) : this;
  }

  /** A presence that is no part of the subscription table, such as {@code available}. */
  Verdict says(String presenceType) {
    stanzas.add(presenceType);
    return this;
  }

  /** Sends one of the four to the peer, with what belongs to it and what follows from it. */
  Verdict sends(SubscriptionStanza stanza) {
    if (stanza == UNSUBSCRIBED && state.from()) {
      says(Peers.UNAVAILABLE); // RFC 6121, sections 3.2.2 and 3.3.3: before it
    }
    state = state.send(stanza).after();
    says(stanza.type());
    switch (stanza) {
      case SUBSCRIBED -> trusts();
      case SUBSCRIBE -> waitsForAnAnswer();
      case UNSUBSCRIBED, UNSUBSCRIBE -> noPreApproval();
    }
    return this;
  }

  /** What the table lets the server answer by itself (column "auto reply"). */
  Verdict replies(SubscriptionStanza stanza) {
    if (stanza == UNSUBSCRIBED && before.from()) {
      says(Peers.UNAVAILABLE);
    }
    says(stanza.type());
    return stanza == SUBSCRIBED ? says(Peers.AVAILABLE) : this;
  }

  /** Our own request in return, unless we have the peer's presence or wait for it (XEP-0267). */
  Verdict asksBack() {
    return state.to() || state.pendingOut() ? this : sends(SUBSCRIBE);
  }

  Verdict set(String key, Object value) {
    change.put(key, value);
    return this;
  }

  Verdict preApproves(String actor) {
    return set("preApproved", true).set("preApprovedBy", actor);
  }

  Verdict noPreApproval() {
    return set("preApproved", false).set("preApprovedBy", null);
  }

  /** Opens a request: of this kind, {@code approval} or {@code review}. */
  Verdict opens(String kind, boolean quietly) {
    UUID request = UUID.randomUUID();
    set("request", request).set("openRequest", request).set("requestKind", kind);
    set("expires", change.now().plus(policy.expiresAfter())).set("opens", true);
    return waits(quietly).asks(quietly ? null : kind.equals("review") ? "review" : "request");
  }

  /** When the administrators hear of the open request again. */
  Verdict waits(boolean quietly) {
    Duration escalateAfter = policy.escalateAfter().orElse(null);
    set("quiet", quietly);
    set("remindAt", quietly ? null : change.now().plus(policy.remindAfter()));
    return set(
        "escalateAt", quietly || escalateAfter == null ? null : change.now().plus(escalateAfter));
  }

  Verdict asks(String mail) {
    return set("asks", mail);
  }

  /** Ends the open request, if there is one. */
  Verdict ends(String outcome) {
    if (change.get("openRequest") == null) {
      return this;
    }
    set("request", change.get("openRequest"));
    return set("openRequest", null).set("outcome", outcome).set("ends", true);
  }

  /** The administrators are told. */
  Verdict tells(String detail) {
    return set("notice", true).set("detail", detail);
  }

  /** The trail says beside what was asked for that it is one of several approvals. */
  Verdict counts(int needed) {
    String vote = "approval " + change.number("votes") + " of " + needed;
    String note = change.text("note");
    change.because(
        note == null || note.isBlank() ? vote : Texts.cut(vote + ": " + note, LONGEST_NOTE));
    return this;
  }

  /**
   * The administrators are told, unless it is about a request that they were not asked about: who
   * was denied reaches nobody's mailbox by asking and withdrawing.
   */
  Verdict tellsUnlessQuiet() {
    return change.is("quiet") ? this : tells(null);
  }

  /** Closes the case under this word of the audit trail. */
  Change as(String action) {
    return close(action, true);
  }

  /** Closes a case that leaves no entry in the audit trail. */
  Change silently(String action) {
    return close(action, false);
  }

  private Change close(String action, boolean audited) {
    if (!state.pendingOut()) {
      set("askedAt", null).set("resendAt", null).set("resends", 0);
      set("outError", null).set("errorsTold", 0);
    }
    if (!state.to()) {
      set("online", false);
    }
    if (!state.from()) {
      set("reviewAt", null);
    }
    set("before", before.state()).set("state", state.state()).set("action", action);
    set("stanzas", List.copyOf(stanzas));
    boolean changed = change.differs();
    boolean meets = audited && !change.found() && "subscribe".equals(change.get("stanza"));
    set("meets", meets).set("changed", changed && change.found()).set("audited", audited);
    boolean lasting = audited || !stanzas.isEmpty() || change.is("touches") || change.is("notice");
    return set("lasting", lasting).set("effect", changed || lasting).change;
  }

  private void trusts() {
    says(Peers.AVAILABLE); // RFC 6121, section 3.1.5
    noPreApproval();
    set("deniedAt", null);
    reviewsAgain();
  }

  /** Sets when the approval is to be confirmed: as who gives it has said, or as the policy says. */
  Verdict reviewsAgain() {
    Duration reviewAfter =
        change.get("reviewAfter") instanceof Duration own ? own : policy.reviewAfter().orElse(null);
    return set("reviewAt", reviewAfter == null ? null : change.now().plus(reviewAfter));
  }

  private void waitsForAnAnswer() {
    if (!state.pendingOut()) {
      return;
    }
    set("askedAt", change.now()).set("resends", 0);
    set("outError", null).set("errorsTold", 0);
    set("resendAt", change.now().plus(policy.untilResend(0)));
  }
}
