package org.serverroster.fault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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

  /** Each mail that was kept has left, unless its request had ended; no other mail has. */
  private void everyMailWasSent() {
    Map<String, Set<String>> mailed = new HashMap<>();
    seen.events().stream()
        .filter(event -> event.is(Event.MAILED))
        .forEach(
            event ->
                mailed
                    .computeIfAbsent(event.get("id"), id -> new HashSet<>())
                    .add(event.get("to")));
    Set<String> ended =
        seen.books().changes().stream()
            .filter(row -> row.of("approval_request") && !row.get("outcome").equals("open"))
            .map(row -> row.get("id"))
            .collect(Collectors.toSet());
    Set<String> expected = new HashSet<>();
    seen.commits()
        .forEach(
            (peer, all) -> {
              for (Commit commit : all) {
                for (Row row : commit.leaving("mail")) {
                  boolean moot =
                      ASKING.contains(row.get("kind")) && ended.contains(row.get("request_id"));
                  String id = messageId(row);
                  expected.add(id + " " + row.get("recipient"));
                  if (!mailed.getOrDefault(id, Set.of()).contains(row.get("recipient")) && !moot) {
                    findings.add(
                        "mailed",
                        peer,
                        "%s never got %s".formatted(row.get("recipient"), row.is()));
                  }
                }
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
