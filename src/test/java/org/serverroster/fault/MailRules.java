package org.serverroster.fault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.serverroster.fault.Books.Commit;
import org.serverroster.fault.Books.Row;

/** Each request asks each administrator once, and each mail leaves. */
final class MailRules {

  private static final Set<String> ASKING = Set.of("request", "reminder", "escalation", "review");

  private final Evidence seen;
  private final Findings findings;

  private MailRules(Evidence seen, Findings findings) {
    this.seen = seen;
    this.findings = findings;
  }

  static void check(Evidence seen, Findings findings) {
    MailRules rules = new MailRules(seen, findings);
    rules.everyRequestIsAskedOnce();
    rules.everyMailWasSent();
    rules.digestsThatAreRepeatedSayTheSame();
  }

  /** Each request that opens, unless a denial is fresh, asks each administrator by one row. */
  private void everyRequestIsAskedOnce() {
    seen.commits()
        .forEach(
            (peer, all) -> {
              for (Commit commit : all) {
                List<Row> opened =
                    commit.rows().stream()
                        .filter(row -> row.of("approval_request") && row.isNew())
                        .toList();
                List<String> asked =
                    commit.leaving("mail").stream()
                        .filter(row -> row.get("kind").equals("request"))
                        .map(row -> row.get("recipient"))
                        .sorted()
                        .toList();
                boolean mustAsk = opened.size() == 1 && opened.get(0).get("quiet").equals("false");
                List<String> expected =
                    mustAsk ? seen.administrators().stream().sorted().toList() : List.<String>of();
                boolean received =
                    commit.audit() != null
                        && commit.audit().get("action").startsWith("request-received");
                if (opened.size() > 1 || received != (opened.size() == 1)) {
                  findings.add(
                      "asked", peer, "%d requests opened by %s".formatted(opened.size(), commit));
                } else if (!asked.equals(expected) && !allowedAgain(commit)) {
                  findings.add(
                      "asked",
                      peer,
                      "asks %s instead of %s: %s".formatted(asked, expected, commit));
                }
              }
            });
  }

  private static boolean allowedAgain(Commit commit) {
    return commit.audit() != null && commit.audit().get("action").equals("allowed-again");
  }

  /**
   * Each mail that was kept has left, by itself or in a digest and in none but one of the two,
   * unless its request had ended; no other mail has.
   */
  private void everyMailWasSent() {
    Map<String, Set<String>> mailed = new HashMap<>();
    mails()
        .filter(event -> !isDigest(event))
        .forEach(
            event ->
                mailed
                    .computeIfAbsent(event.get("id"), id -> new HashSet<>())
                    .add(event.get("to")));
    Set<String> ended = seen.ended();
    Set<String> expected = new HashSet<>();
    Set<String> beginnings = new HashSet<>();
    seen.commits()
        .forEach(
            (peer, all) -> {
              Map<String, List<Row>> inDigests = new HashMap<>();
              for (Commit commit : all) {
                for (Row row : commit.leaving("mail")) {
                  String id = messageId(row);
                  expected.add(id + " " + row.get("recipient"));
                  beginnings.add(row.get("wire_id") + " " + row.get("recipient"));
                  if (!mailed.getOrDefault(id, Set.of()).contains(row.get("recipient"))) {
                    inDigests
                        .computeIfAbsent(row.get("recipient"), to -> new ArrayList<>())
                        .add(row);
                  }
                }
              }
              for (String to : seen.administrators()) {
                digestsHave(peer, to, inDigests.getOrDefault(to, List.of()), ended);
              }
            });
    mailed.forEach(
        (id, recipients) -> {
          for (String recipient : recipients) {
            if (!expected.contains(id + " " + recipient)) {
              findings.add(
                  "made-up", "", "a mail that nothing kept stands for: " + id + " " + recipient);
            }
          }
        });
    mails()
        .filter(MailRules::isDigest)
        .filter(event -> !beginnings.contains(event.get("id") + " " + event.get("to")))
        .forEach(
            event -> findings.add("made-up", "", "a digest that nothing kept begins: " + event));
  }

  /**
   * What did not leave by itself is in digests: the questions that are still open at least, and no
   * more than there were; everything else as often as it happened, unless a digest had too much of
   * it to say.
   *
   * @param rows what did not leave by itself
   */
  private void digestsHave(String peer, String to, List<Row> rows, Set<String> ended) {
    Map<String, Event> digests = new HashMap<>(); // repeats are one
    mails()
        .filter(event -> isDigest(event) && event.get("to").equals(to))
        .forEach(event -> digests.putIfAbsent(event.get("id"), event));
    long asked = digests.values().stream().filter(digest -> asks(digest).contains(peer)).count();
    long said =
        digests.values().stream()
            .flatMap(digest -> digest.get("says").lines())
            .filter(line -> line.matches("(.* )?" + Pattern.quote(peer) + "([ .:].*)?"))
            .count();
    List<Row> questions = rows.stream().filter(row -> ASKING.contains(row.get("kind"))).toList();
    long open =
        questions.stream()
            .map(row -> row.get("request_id"))
            .filter(request -> !ended.contains(request))
            .distinct()
            .count();
    if (asked < open || asked > questions.size()) {
      findings.add(
          "mailed",
          peer,
          "%s is asked by %d digests about %s, of which %d are open"
              .formatted(to, asked, questions, open));
    }
    List<Row> news = new ArrayList<>(rows);
    news.removeAll(questions);
    boolean allIsSaid = digests.values().stream().allMatch(digest -> digest.get("more").isEmpty());
    if (said > news.size() || (allIsSaid && said < news.size())) {
      findings.add("mailed", peer, "digests tell %s %d of %s".formatted(to, said, news));
    }
  }

  /** Else a mailbox that knows the first one would keep back what only the second one has. */
  private void digestsThatAreRepeatedSayTheSame() {
    Map<String, Event> first = new HashMap<>();
    mails()
        .filter(MailRules::isDigest)
        .forEach(
            digest -> {
              String key = digest.get("id") + " " + digest.get("to");
              Event before = first.putIfAbsent(key, digest);
              if (before != null
                  && (!before.get("says").equals(digest.get("says"))
                      || !asks(before).containsAll(asks(digest)))) {
                findings.add("mailed", "", "%s was repeated as %s".formatted(before, digest));
              }
            });
  }

  private Stream<Event> mails() {
    return seen.events().stream().filter(event -> event.is(Event.MAILED));
  }

  /** Whether the SMTP server has taken a mail that was kept, and in no digest. */
  static boolean leftByItself(Evidence seen, Row mail) {
    String id = messageId(mail);
    return seen.events().stream()
        .anyMatch(
            event ->
                event.is(Event.MAILED)
                    && !isDigest(event)
                    && event.get("id").equals(id)
                    && event.get("to").equals(mail.get("recipient")));
  }

  /** Whether this is a digest that the SMTP server has taken. */
  static boolean isDigest(Event event) {
    return event.is(Event.MAILED) && event.facts().containsKey("asks");
  }

  private static List<String> asks(Event digest) {
    return Stream.of(digest.get("asks").split(" ")).filter(peer -> !peer.isEmpty()).toList();
  }

  /** The local part of the Message-ID, which makes repeats of one mail one mail. */
  private static String messageId(Row row) {
    if (!row.get("kind").equals("request")) {
      return row.get("wire_id");
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(row.get("recipient").getBytes(StandardCharsets.UTF_8));
      return row.get("request_id") + "." + HexFormat.of().formatHex(hash, 0, 8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
