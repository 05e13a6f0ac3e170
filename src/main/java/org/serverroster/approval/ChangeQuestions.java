package org.serverroster.approval;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBE;

import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.Header;
import org.jboss.logging.Logger;
import org.serverroster.roster.Action;
import org.serverroster.roster.Change;
import org.serverroster.roster.Subscription;

/**
 * What the routes ask about the change that they carry, each by a name of its own. (The simple
 * language could look into the map as well, but it builds an expression anew each time.)
 */
public final class ChangeQuestions {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final String CHANGE = "CamelJdbcParameters";

  /**
   * What hangs on the times of the open request, which may change while its peer's row does not.
   */
  private static final Set<String> BY_THE_REQUEST =
      Set.of(Action.REMIND.name(), Action.ESCALATE.name(), Action.ALLOW_AGAIN.name());

  private final Consumer<Runnable> ifCommitted;

  /**
   * @param ifCommitted does a step once the transaction that is under way is committed
   */
  public ChangeQuestions(Consumer<Runnable> ifCommitted) {
    this.ifCommitted = ifCommitted;
  }

  /** Whether it is about the subscription: one of the four types of RFC 6121, section 3. */
  public boolean isSubscription(@Header(CHANGE) Change change) {
    return "subscription".equals(change.get("concern"));
  }

  /** Whether a stanza of ours came back. */
  public boolean isError(@Header(CHANGE) Change change) {
    return "error".equals(change.get("concern"));
  }

  /** Whether the peer asks whether we are here. */
  public boolean isProbe(@Header(CHANGE) Change change) {
    return "probe".equals(change.get("concern"));
  }

  /** Whether the peer asks for our trust, and has neither it nor asked before. */
  public boolean isRequest(@Header(CHANGE) Change change) {
    return SUBSCRIBE.type().equals(change.get("stanza"))
        && Subscription.ofState(change.text("state")).receive(SUBSCRIBE).passes();
  }

  /** Whether the request was one too many. */
  public boolean isOverLimit(@Header(CHANGE) Change change) {
    return "limit-reached".equals(change.get("action"));
  }

  /** Whether it may be about somebody who is no peer yet. */
  public boolean mayMeet(@Header(CHANGE) Change change) {
    return change.is("strangers");
  }

  /** Whether it came by the link of a mail. */
  public boolean usesLink(@Header(CHANGE) Change change) {
    return change.get("tokenHash") != null;
  }

  /** Whether a stranger becomes a peer. */
  public boolean meets(@Header(CHANGE) Change change) {
    return change.is("meets");
  }

  /** Whether something that is kept of the peer is no longer as it was. */
  public boolean changes(@Header(CHANGE) Change change) {
    return change.is("changed");
  }

  /** Whether a request opens. */
  public boolean opens(@Header(CHANGE) Change change) {
    return change.is("opens");
  }

  /** Whether the administrators hear of the open request at other times than before. */
  public boolean touches(@Header(CHANGE) Change change) {
    return change.is("touches");
  }

  /** Whether the peer's pre-approval counts as a vote. */
  public boolean votes(@Header(CHANGE) Change change) {
    return change.get("vote") != null;
  }

  /**
   * Whether to read once more: the peer's row names a request that was not seen, or what is done
   * hangs on more of the request. What a transaction reads beside a row that it waits for is older
   * than that row.
   */
  public boolean wasReadTooEarly(@Header(CHANGE) Change change) {
    return change.get("openRequest") != null
        && (change.get("openedAt") == null
            || BY_THE_REQUEST.contains(String.valueOf(change.get("act"))));
  }

  /** Whether the open request ends. */
  public boolean ends(@Header(CHANGE) Change change) {
    return change.is("ends");
  }

  /** Whether it belongs into the audit trail. */
  public boolean isAudited(@Header(CHANGE) Change change) {
    return change.is("audited");
  }

  /** Whether there is anything to write. */
  public boolean hasEffect(@Header(CHANGE) Change change) {
    return change.is("effect");
  }

  /**
   * Whether it must be durable before it is acknowledged: it lasts, or it is remembered that the
   * stanza was handled, which must not have an effect when it is handed over again.
   */
  public boolean mustEndure(@Header(CHANGE) Change change) {
    return change.is("lasting") || change.is("remembered");
  }

  /** Whether it must survive a crash. */
  public boolean isLasting(@Header(CHANGE) Change change) {
    return change.is("lasting");
  }

  /** Says in the log what has happened, as soon as it has. */
  public void tell(@Header(CHANGE) Change change) {
    ifCommitted.accept(
        () ->
            LOG.infof(
                "%s request=%s domain=%s peer=%s state=%s was=%s by=%s via=%s",
                change.get("action"),
                change.get("request"),
                change.get("domain"),
                change.get("peer"),
                change.get("state"),
                change.get("before"),
                change.get("actor"),
                change.get("via")));
  }
}
