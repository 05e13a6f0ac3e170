package org.serverroster.roster;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBED;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;

/**
 * Judges what peers send and what is decided about their requests: what becomes of the
 * subscription, what leaves the house because of it, and whether administrators are asked or told.
 * Holds no state; the caller has locked the peer's row.
 */
public final class Peers {

  /** Presence without a type: "available" (RFC 6121, section 4.7.1). */
  public static final String AVAILABLE = "available";

  /** The presence type "unavailable" (RFC 6121, section 4.5). */
  public static final String UNAVAILABLE = "unavailable";

  /** The presence type "probe" (RFC 6121, section 4.3). */
  public static final String PROBE = "probe";

  /** The presence type "error" (RFC 6120, section 8.3). */
  public static final String ERROR = "error";

  /** How exact "last seen" is: what a peer repeats within this time is not written again. */
  private static final Duration SEEN = Duration.ofMinutes(1);

  /** Of so many errors administrators hear that come instead of an answer to one request. */
  private static final int MOST_ERRORS = 3;

  private final Policy policy;
  private final Administration administration;

  /**
   * @param policy how long things last and what is left to whom
   */
  public Peers(Policy policy) {
    this.policy = policy;
    this.administration = new Administration(policy);
  }

  /** Takes over what the locked row of the peer says; null when there is none. */
  public Change recall(Change change, Map<String, ?> row) {
    return change.recall(row);
  }

  /** Whether a request of this peer is approved without anybody being asked. */
  public boolean isApprovedByPattern(Change change) {
    return patternFor(change).isPresent() && !change.is("preApproved") && !change.is("blocked");
  }

  /**
   * What the peer's stanza does (RFC 6121, A.3). A stanza that changes nothing and asks for no
   * answer leaves {@code effect} false.
   */
  public Change receive(Change change) {
    Verdict verdict = new Verdict(change, policy);
    if (change.get("handover") != null) {
      verdict.set("remembered", change.found());
      if (change.get("handover").equals(change.get("lastHandover"))) {
        return verdict.silently(
            "handed-over-again"); // our acknowledgement was lost; it has had its effect, or none
      }
      verdict.set("lastHandover", change.get("handover"));
    }
    if (change.is("blocked")) {
      return verdict
          .set("dropped", ((Number) change.get("dropped")).longValue() + 1)
          .silently("dropped");
    }
    SubscriptionStanza stanza = SubscriptionStanza.ofType(change.text("stanza")).orElseThrow();
    Transition transition = verdict.before().receive(stanza);
    OffsetDateTime lastSeen = change.time("lastSeen");
    if (transition.passes() || lastSeen == null || lastSeen.plus(SEEN).isBefore(change.now())) {
      verdict.set("lastSeen", change.now());
    }
    return switch (stanza) {
      case SUBSCRIBE ->
          transition.passes() ? asked(change, verdict) : answered(verdict, transition);
      case SUBSCRIBED -> accepted(verdict, transition);
      case UNSUBSCRIBE -> left(verdict, transition);
      case UNSUBSCRIBED -> refused(verdict, transition);
    };
  }

  /**
   * What it means that a stanza of ours came back as an error: while we wait for the peer's answer
   * we go on waiting, try again sooner, and the administrators are told of each other kind of
   * error, three times at most: a peer could go on with other ones for ever.
   */
  public Change fail(Change change) {
    Verdict verdict = new Verdict(change, policy);
    if (change.is("blocked") || !verdict.before().pendingOut() || !change.is("aboutOurRequest")) {
      return verdict.silently("error-ignored");
    }
    String condition = change.text("condition");
    int told = change.number("errorsTold");
    boolean news = !condition.equals(change.text("outError")) && told < MOST_ERRORS;
    if (change.time("resendAt") != null) {
      verdict.set("resendAt", change.now().plus(policy.untilRetry(change.number("resends"))));
    }
    verdict.set("outError", condition).set("errorsTold", news ? told + 1 : told);
    return news
        ? verdict.tells(condition).as("peer-unreachable")
        : verdict.silently("peer-unreachable");
  }

  /**
   * What a decision about the open request does (RFC 6121, A.2): our answer, and on approval the
   * current presence (section 3.1.5) and our own request in return (XEP-0267: "SHOULD also send a
   * subscription request to the originating server").
   *
   * @throws AlreadyDecidedException when the peer no longer waits for this decision
   */
  public Change decide(Change change) {
    if (change.get("openRequest") == null
        || !change.request().equals(Optional.of(change.get("openRequest")))) {
      throw new AlreadyDecidedException("The peer waits for no decision about this request");
    }
    return administration.decide(change, Decision.valueOf(change.text("decision")));
  }

  /**
   * What an administrator, or the clock, does to the peer.
   *
   * @throws UnknownPeerException when the action needs a peer that is known, and it is not
   * @throws StateForbidsException when the action makes no sense in the peer's state
   */
  public Change act(Change change) {
    Action action = Action.valueOf(change.text("act"));
    if (!change.found() && !action.meetsStrangers()) {
      throw new UnknownPeerException();
    }
    return administration.act(change, action);
  }

  /**
   * Whether this is one of several approvals that the open request needs.
   *
   * @throws StateForbidsException when it is, and whoever gives it is not one of those who count
   */
  public boolean mustVote(Change change) {
    boolean vote =
        policy.quorum() > 1
            && change.get("openRequest") != null
            && !"review".equals(change.get("requestKind"))
            && administration.approves(change);
    if (vote && change.get("voter") == null) {
      throw new StateForbidsException(
          policy.quorum()
              + " administrators must approve: use the link of your mail, or log in under the mail"
              + " address of an administrator of this domain");
    }
    return vote;
  }

  /**
   * Takes over how many have approved the open request by now.
   *
   * @param votes that many
   * @param counted 1 when this approval is a new one, 0 when its giver had approved before
   * @throws StateForbidsException when it is not a new one and more are needed
   */
  public Change count(Change change, Number votes, Number counted) {
    if (counted.intValue() == 0 && votes.intValue() < policy.quorum()) {
      throw new StateForbidsException(
          "you have approved this request already: "
              + votes
              + " of "
              + policy.quorum()
              + " approvals");
    }
    change.put("votes", votes.intValue());
    return change;
  }

  private Change asked(Change change, Verdict verdict) {
    if (change.is("refused") && !change.is("preApproved")) {
      return verdict.silently("limit-reached");
    }
    verdict.moves(verdict.before().receive(SubscriptionStanza.SUBSCRIBE).after());
    if (change.is("preApproved")) {
      return expected(change, verdict);
    }
    if (isQuiet(change)) {
      return verdict.opens("approval", true).as("request-received-quietly");
    }
    Optional<PeerPattern> pattern = patternFor(change);
    if (pattern.isPresent()) {
      change.because("matches " + pattern.get().text());
      return verdict
          .sends(SUBSCRIBED)
          .asksBack()
          .tells(pattern.get().text())
          .as("request-auto-approved");
    }
    return verdict.opens("approval", false).as("request-received");
  }

  /** Whether it is too early for a denied peer to ask again. */
  private boolean isQuiet(Change change) {
    OffsetDateTime deniedAt = change.time("deniedAt");
    return deniedAt != null && change.now().isBefore(deniedAt.plus(policy.quietPeriod()));
  }

  /** By which pattern a peer is approved; a person's denial counts for more. */
  private Optional<PeerPattern> patternFor(Change change) {
    return change.time("deniedAt") == null
        ? policy.patternFor(new Domain(change.text("peer")))
        : Optional.empty();
  }

  /** A person has approved this request before it came (RFC 6121, section 3.4). */
  private Change expected(Change change, Verdict verdict) {
    String by = change.text("preApprovedBy");
    if (policy.quorum() > 1) {
      return verdict
          .opens("approval", false)
          .set("vote", by)
          .noPreApproval()
          .as("request-received");
    }
    change.because("pre-approved by " + by);
    return verdict.sends(SUBSCRIBED).asksBack().tells(by).as("request-preapproved");
  }

  private static Change answered(Verdict verdict, Transition transition) {
    transition.reply().ifPresent(verdict::replies);
    return verdict.silently("request-repeated");
  }

  private static Change accepted(Verdict verdict, Transition transition) {
    if (!transition.passes()) {
      return verdict.silently("unasked-answer");
    }
    return verdict.moves(transition.after()).tells(null).as("peer-accepted");
  }

  private static Change left(Verdict verdict, Transition transition) {
    if (!transition.passes()) {
      return verdict.silently("nothing-to-end");
    }
    verdict.moves(transition.after()).ends("withdrawn").tellsUnlessQuiet();
    transition.reply().ifPresent(verdict::replies);
    return verdict.as(verdict.before().pendingIn() ? "request-withdrawn" : "peer-unsubscribed");
  }

  private static Change refused(Verdict verdict, Transition transition) {
    if (!transition.passes()) {
      return verdict.silently("nothing-to-end");
    }
    verdict.moves(transition.after()).noPreApproval().tells(null);
    return verdict.as(verdict.before().pendingOut() ? "peer-denied" : "peer-revoked");
  }
}
