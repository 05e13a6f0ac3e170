package org.serverroster.approval;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.serverroster.roster.Change;
import org.serverroster.roster.Texts;

/** What people are told elsewhere than by mail, in a chat room for instance: one line each. */
public final class Lines {

  private static final int LONGEST_NOTE = 200;

  private final Correspondence correspondence;

  /**
   * @param correspondence where the page is that shows what is open
   */
  public Lines(Correspondence correspondence) {
    this.correspondence = correspondence;
  }

  /** What a request, a decision or a failure is told as; empty for everything else. */
  public Optional<String> of(Change change) {
    if (!change.is("audited")) {
      return Optional.empty();
    }
    String us = change.text("domain");
    String them = change.text("peer");
    return switch (change.text("action")) {
      case "request-received", "allowed-again" ->
          line(
              "%s asks to be trusted by %s. Open requests: %s", them, us, correspondence.console());
      case "review-due" ->
          line("Does %s still trust %s? Open requests: %s", us, them, correspondence.console());
      case "request-escalated" ->
          "review".equals(change.get("requestKind"))
              ? line("Does %s still trust %s? Nobody has decided.", us, them)
              : line("%s still waits to be trusted by %s: nobody has decided.", them, us);
      case "request-withdrawn", "request-expired" ->
          change.is("quiet") ? Optional.empty() : told(change);
      case "request-approved" -> decided(change, "approved the request of", "to be trusted by");
      case "request-denied" -> decided(change, "denied the request of", "to be trusted by");
      case "request-vote" -> decided(change, "is for the request of", "to be trusted by");
      case "trust-confirmed" -> decided(change, "confirmed", "as trusted by");
      case "trust-revoked" -> decided(change, "revoked", "as trusted by");
      case "peer-removed" -> decided(change, "removed", "from the roster of");
      case "peer-blocked" -> decided(change, "blocked", "for");
      case "peer-unblocked" -> decided(change, "unblocked", "for");
      case "peer-imported" -> decided(change, "imported", "into the roster of");
      case "peer-asked" -> decided(change, "asked", "to trust");
      case "unsubscribed" -> decided(change, "gave up the presence of", "for");
      case "review-unanswered" ->
          line("Nobody has confirmed that %s trusts %s; it still does.", us, them);
      case "request-received-quietly", "peer-asked-again" -> Optional.empty();
      default -> told(change);
    };
  }

  private static Optional<String> told(Change change) {
    return Optional.of(oneLine(Sentence.about(row(change), null).said()));
  }

  /**
   * What the first failure of a delivery is told as.
   *
   * @param departure the row of the outbox as it is put off; of a digest, {@code mails} in it
   */
  public Optional<String> failure(Map<String, ?> departure) {
    if ("digest".equals(departure.get("channel"))) {
      return line(
          "A digest of %s mails could not be brought to %s: %s. It is tried again.",
          departure.get("mails"), departure.get("recipient"), departure.get("lastError"));
    }
    return line(
        "%s about %s could not be brought to %s: %s. It is tried again.",
        "mail".equals(departure.get("channel")) ? "A mail" : "An answer",
        departure.get("peer"),
        departure.get("recipient"),
        departure.get("lastError"));
  }

  private static Optional<String> decided(Change change, String did, String us) {
    String note = change.text("note");
    return note == null || note.isBlank()
        ? line(
            "%s %s %s %s %s.",
            change.text("actor"), did, change.text("peer"), us, change.text("domain"))
        : line(
            "%s %s %s %s %s: %s",
            change.text("actor"),
            did,
            change.text("peer"),
            us,
            change.text("domain"),
            shortened(note));
  }

  private static Map<String, Object> row(Change change) {
    Map<String, Object> row = new HashMap<>(change);
    row.put("kind", change.get("action"));
    return row;
  }

  private static String shortened(String note) {
    return note.length() <= LONGEST_NOTE ? note : Texts.cut(note, LONGEST_NOTE).concat(" ...");
  }

  private static Optional<String> line(String words, Object... values) {
    return Optional.of(oneLine(words.formatted(values)));
  }

  /** What a person or a server wrote stays one line, and turns nothing around. */
  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
  }
}
