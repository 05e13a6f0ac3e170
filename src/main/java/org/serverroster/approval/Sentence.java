package org.serverroster.approval;

import java.util.Map;
import org.serverroster.roster.Subscription;

/**
 * What happened, for people.
 *
 * @param said what happened, in one sentence
 * @param meaning what it means, and what can be done
 */
record Sentence(String said, String meaning) {

  /** Presence types that a stock server sends by itself prove nothing (RFC 6121, section 3.1.6). */
  private static final String ANSWERS_EVERYBODY =
      " But it does not say that it keeps a server roster (urn:xmpp:server-presence), and it has not"
          + " asked for our presence: it answered, but this server may answer everybody. Do not take"
          + " it for the decision of a person.";

  /**
   * @param departure the row of the outbox: {@code kind}, {@code domain}, {@code peer}, {@code
   *     detail}
   * @param peer the row of the peer
   */
  static Sentence about(Map<String, ?> departure, Map<String, ?> peer) {
    String us = (String) departure.get("domain");
    String them = (String) departure.get("peer");
    Object detail = departure.get("detail");
    return switch ((String) departure.get("kind")) {
      case "peer-accepted" ->
          new Sentence(
              them + " accepted the request of " + us + ".",
              us
                  + " now receives its presence."
                  + (mayAnswerEverybody(peer) ? ANSWERS_EVERYBODY : ""));
      case "peer-denied" ->
          new Sentence(
              them + " denied the request of " + us + ".",
              "Nothing is pending any more. You can ask again when things have changed.");
      case "peer-revoked" ->
          new Sentence(
              them + " no longer lets " + us + " know of its presence.",
              trusts(peer)
                  ? us + " still trusts it. If that is no longer right, revoke the trust."
                  : "There is no trust in the other direction either.");
      case "peer-unsubscribed" ->
          new Sentence(
              them + " gave up the presence of " + us + ".",
              us + " no longer trusts it. To be trusted again, it must ask again.");
      case "request-withdrawn" ->
          new Sentence(
              them + " took back its request to be trusted by " + us + ".",
              "There is nothing left to decide.");
      case "request-expired" ->
          new Sentence(
              "The request of " + them + " to be trusted by " + us + " has expired.",
              "Nobody decided in time. The server was told that it was not approved. It can ask again.");
      case "request-auto-approved" ->
          new Sentence(
              them + " was approved automatically by " + us + ".",
              "Its name matches "
                  + detail
                  + ", which you have set in roster.auto-approve. If that is not right, revoke the"
                  + " trust and correct the setting.");
      case "request-preapproved" ->
          new Sentence(
              them + " asked to be trusted by " + us + " and was approved.",
              detail + " had approved this request beforehand, when asking the server.");
      case "peer-unreachable" ->
          new Sentence(
              "The request of " + us + " could not be brought to " + them + ".",
              "The answer was: " + detail + ". It is sent again until it is answered or given up.");
      case "peer-unanswering" ->
          new Sentence(
              them + " has not answered the request of " + us + ".",
              "It is not sent again"
                  + (detail == null ? "" : "; the last answer was: " + detail)
                  + ". You can ask anew, or take the request back.");
      case "requests-refused" ->
          new Sentence(
              "Too many servers ask to be trusted by " + us + ": refused by " + detail + ".",
              "The last one that was refused was "
                  + them
                  + ". Who was refused can ask again later. Decide what waits, or raise the limit if"
                  + " these are servers that you expect. You are told of this limit once a day.");
      default -> new Sentence("Something happened between " + us + " and " + them + ".", "");
    };
  }

  /** An answer that came alone, from a server that does not say that it keeps such a roster. */
  static boolean mayAnswerEverybody(Map<String, ?> peer) {
    return peer != null
        && "to".equals(peer.get("state"))
        && !Boolean.TRUE.equals(peer.get("supports_server_presence"));
  }

  private static boolean trusts(Map<String, ?> peer) {
    return peer != null && Subscription.ofState((String) peer.get("state")).from();
  }
}
