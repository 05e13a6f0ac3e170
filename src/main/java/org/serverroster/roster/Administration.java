package org.serverroster.roster;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBED;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBE;
import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;

/** Judges what administrators, and the clock in their place, do to a peer (RFC 6121, A.2). */
final class Administration {

  private static final String REVIEW = "review";

  private final Policy policy;

  Administration(Policy policy) {
    this.policy = policy;
  }

  /** Whether the change is to approve the open request, whatever else it does. */
  boolean approves(Change change) {
    return Decision.APPROVE.name().equals(change.get("decision"))
        || Action.APPROVE.name().equals(change.get("act"))
        || (Action.SUBSCRIBE.name().equals(change.get("act")) && change.is("preApprove"));
  }

  /** What a decision about the open request does, which is there. */
  Change decide(Change change, Decision decision) {
    Verdict verdict = new Verdict(change, policy);
    if (REVIEW.equals(change.get("requestKind"))) {
      return review(change, verdict, decision);
    }
    return switch (decision) {
      case APPROVE -> approve(change, verdict);
      case DENY -> deny(change, verdict);
      case EXPIRE ->
          verdict
              .sends(UNSUBSCRIBED)
              .ends(decision.outcome())
              .tellsUnlessQuiet()
              .as("request-expired");
    };
  }

  Change act(Change change, Action action) {
    Verdict verdict = new Verdict(change, policy);
    Subscription before = verdict.before();
    return switch (action) {
      case SUBSCRIBE -> subscribe(change, verdict);
      case APPROVE, DENY -> {
        boolean open = before.pendingIn() || REVIEW.equals(change.get("requestKind"));
        must(open, "no request of this peer is waiting for a decision");
        yield decide(change, action == Action.APPROVE ? Decision.APPROVE : Decision.DENY);
      }
      case REVOKE -> {
        must(before.from(), "this peer is not trusted, so there is nothing to revoke");
        yield end(verdict).ends("denied").as("trust-revoked");
      }
      case REMOVE -> {
        must(before != Subscription.NONE, "there is nothing between us and this peer to end");
        yield end(verdict).ends("denied").as("peer-removed");
      }
      case UNSUBSCRIBE -> {
        must(
            before.to() || before.pendingOut(),
            "we neither receive the presence of this peer nor have asked for it");
        yield verdict.sends(UNSUBSCRIBE).as("unsubscribed");
      }
      case BLOCK -> {
        must(!change.is("blocked"), "this peer is blocked already");
        yield end(verdict).ends("denied").set("blocked", true).as("peer-blocked");
      }
      case UNBLOCK -> {
        must(change.is("blocked"), "this peer is not blocked");
        yield verdict.set("blocked", false).set("deniedAt", null).as("peer-unblocked");
      }
      case ALLOW_AGAIN -> allowAgain(change, verdict);
      case IMPORT -> adopt(change, verdict, Subscription.ofState(change.text("wanted")));
      case RESEND -> resend(change, verdict);
      case REVIEW -> {
        boolean due =
            before.from()
                && change.get("openRequest") == null
                && change.time("reviewAt") != null
                && !change.time("reviewAt").isAfter(change.now());
        yield due ? verdict.opens(REVIEW, false).as("review-due") : verdict.silently("not-due");
      }
      case REMIND -> again(change, verdict, "reminder", "remindAt");
      case ESCALATE -> again(change, verdict, "escalation", "escalateAt");
    };
  }

  private Change approve(Change change, Verdict verdict) {
    if (!enough(change)) {
      return verdict.as("request-vote");
    }
    verdict.sends(SUBSCRIBED);
    if (!Boolean.FALSE.equals(change.get("subscribeBack"))) {
      verdict.asksBack();
    }
    return verdict.ends(Decision.APPROVE.outcome()).as("request-approved");
  }

  private static Change deny(Change change, Verdict verdict) {
    verdict.set("deniedAt", change.now());
    if (change.is("block")) {
      end(verdict).set("blocked", true);
    } else {
      verdict.sends(UNSUBSCRIBED);
    }
    return verdict.ends(Decision.DENY.outcome()).as("request-denied");
  }

  /** Whether an approval still stands: confirmed, revoked, or asked again. */
  private Change review(Change change, Verdict verdict, Decision decision) {
    return switch (decision) {
      case APPROVE -> verdict.reviewsAgain().ends(decision.outcome()).as("trust-confirmed");
      case DENY -> {
        end(verdict).ends(decision.outcome()).set("deniedAt", change.now());
        yield change.is("block")
            ? verdict.set("blocked", true).as("peer-blocked")
            : verdict.as("trust-revoked");
      }
      case EXPIRE ->
          verdict.set("reviewAt", change.now()).ends(decision.outcome()).as("review-unanswered");
    };
  }

  private Change subscribe(Change change, Verdict verdict) {
    Subscription before = verdict.before();
    must(!change.is("blocked"), "this peer is blocked: unblock it first");
    must(!before.to(), "we receive the presence of this peer already");
    boolean waiting = before.pendingOut() && change.time("resendAt") != null;
    must(!waiting, "this peer was asked already and has not answered yet");
    if (!change.is("preApprove") || before.from()) {
      return verdict.sends(SUBSCRIBE).as("peer-asked");
    }
    if (before.pendingIn() && enough(change)) {
      return verdict
          .sends(SUBSCRIBED)
          .sends(SUBSCRIBE)
          .ends(Decision.APPROVE.outcome())
          .as("request-approved");
    }
    if (before.pendingIn()) {
      return verdict.counts(policy.quorum()).sends(SUBSCRIBE).as("peer-asked");
    }
    if (policy.quorum() == 1 || change.get("voter") != null) {
      String by = policy.quorum() == 1 ? change.text("actor") : change.text("voter");
      verdict.preApproves(by).set("deniedAt", null);
    }
    return verdict.sends(SUBSCRIBE).as("peer-asked");
  }

  private boolean enough(Change change) {
    return policy.quorum() == 1 || change.number("votes") >= policy.quorum();
  }

  private Change allowAgain(Change change, Verdict verdict) {
    boolean quiet = change.is("quiet");
    must(
        quiet || change.time("deniedAt") != null,
        "this peer was not denied, or is allowed to ask again already");
    verdict.set("deniedAt", null);
    if (quiet) {
      verdict.waits(false).set("touches", true).asks("request");
    }
    return verdict.as("allowed-again");
  }

  /**
   * What another roster said is taken for what both sides know: the peer is told only what every
   * start tells it. A request of the peer's that waited there is not taken over; it asks again.
   */
  private Change adopt(Change change, Verdict verdict, Subscription wanted) {
    Subscription adopted = wanted.withoutPendingIn();
    if (adopted.equals(verdict.before().withoutPendingIn())
        && change.is("block") == change.is("blocked")) {
      return verdict.silently("import-unchanged");
    }
    must(
        verdict.before() == Subscription.NONE && !change.is("blocked"),
        "an import changes nothing about a peer that is "
            + (change.is("blocked") ? "blocked" : verdict.before().state())
            + " here already");
    must(
        policy.quorum() == 1 || !adopted.from(),
        policy.quorum() + " administrators must approve a peer: an import cannot");
    must(
        !change.is("block") || adopted == Subscription.NONE,
        "a peer that is blocked has the state none");
    verdict.set("blocked", change.is("block"));
    return verdict.adopts(adopted).as("peer-imported");
  }

  private Change resend(Change change, Verdict verdict) {
    boolean due =
        verdict.before().pendingOut()
            && change.time("resendAt") != null
            && !change.time("resendAt").isAfter(change.now());
    if (!due) {
      return verdict.silently("not-due");
    }
    if (!change.time("askedAt").plus(policy.giveUpAfter()).isAfter(change.now())) {
      return verdict
          .set("resendAt", null)
          .noPreApproval()
          .tells(change.text("outError"))
          .as("peer-unanswering");
    }
    int resends = change.number("resends") + 1;
    return verdict
        .says(SUBSCRIBE.type())
        .set("resends", resends)
        .set("resendAt", change.now().plus(policy.untilResend(resends)))
        .as("peer-asked-again");
  }

  /** The administrators, or whoever they have named for that, are asked once more. */
  private Change again(Change change, Verdict verdict, String mail, String due) {
    boolean open =
        change.get("openRequest") != null
            && change.get("openRequest").equals(change.get("request"))
            && change.time(due) != null
            && !change.time(due).isAfter(change.now());
    if (!open) {
      return verdict.silently("not-due");
    }
    boolean reminder = mail.equals("reminder");
    verdict.set(due, reminder ? change.now().plus(policy.remindAfter()) : null);
    verdict.set("touches", true).asks(mail);
    return reminder ? verdict.silently("administrators-reminded") : verdict.as("request-escalated");
  }

  /** Ends what there is in either direction (RFC 6121, sections 3.2 and 3.3). */
  private static Verdict end(Verdict verdict) {
    if (verdict.state().from() || verdict.state().pendingIn()) {
      verdict.sends(UNSUBSCRIBED);
    }
    if (verdict.state().to() || verdict.state().pendingOut()) {
      verdict.sends(UNSUBSCRIBE);
    }
    return verdict.noPreApproval();
  }

  private static void must(boolean allowed, String reason) {
    if (!allowed) {
      throw new StateForbidsException(reason);
    }
  }
}
