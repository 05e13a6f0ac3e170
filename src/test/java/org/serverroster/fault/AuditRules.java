package org.serverroster.fault;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.serverroster.fault.Books.Commit;
import org.serverroster.fault.Books.Row;

/** The roster and its trail say the same, and nothing is left over. */
final class AuditRules {

  private final Evidence seen;
  private final Findings findings;

  private AuditRules(Evidence seen, Findings findings) {
    this.seen = seen;
    this.findings = findings;
  }

  static void check(Evidence seen, Findings findings) {
    new AuditRules(seen, findings).theAuditTrailAgrees();
  }

  /**
   * What is still under way is looked at last: it may be much, and is less bad than what is lost.
   */
  static void checkRest(Evidence seen, Findings findings) {
    new AuditRules(seen, findings).nothingIsStuck();
  }

  private void nothingIsStuck() {
    seen.books().waiting().forEach(row -> findings.add("stuck", "", "still in the outbox: " + row));
    if (seen.books().journaled() != 0) {
      findings.add(
          "stuck",
          "",
          "the server still holds %d stanzas for us".formatted(seen.books().journaled()));
    }
  }

  /** No roster change without its entry and the reverse, and no entry was lost or altered. */
  private void theAuditTrailAgrees() {
    Set<Long> written = new HashSet<>();
    seen.commits()
        .forEach(
            (peer, all) -> {
              String state = "none";
              for (Commit commit : all) {
                Row audit = commit.audit();
                Row row = commit.peerRow();
                if (audit == null && row != null) {
                  findings.add("audit", peer, "%s without an entry".formatted(row.is()));
                } else if (audit != null) {
                  written.add(Long.parseLong(audit.get("id")));
                  if (!audit.get("state_before").equals(state)) {
                    findings.add("audit", peer, "state was %s before: %s".formatted(state, commit));
                  }
                  state = audit.get("state_after");
                  boolean moves = !state.equals(audit.get("state_before"));
                  if (moves && (row == null || !row.get("state").equals(state))) {
                    findings.add("audit", peer, "an entry without its change: " + commit);
                  } else if (!moves && row != null) {
                    findings.add("audit", peer, "a change that its entry does not tell: " + commit);
                  }
                  long entries = commit.rows().stream().filter(r -> r.of("audit_entry")).count();
                  if (entries > 1) {
                    findings.add(
                        "audit", peer, "%d entries of one change: %s".formatted(entries, commit));
                  }
                }
              }
              if (!seen.books().states().getOrDefault(peer, "none").equals(state)) {
                findings.add(
                    "audit",
                    peer,
                    "is %s, the trail says %s".formatted(seen.books().states(), state));
              }
            });
    Set<Long> lost = new HashSet<>(written);
    seen.books().audited().forEach(lost::remove);
    if (!lost.isEmpty()) {
      findings.add("audit", "", "entries that are gone: " + lost);
    }
    theChainHolds(seen.books().auditChain());
  }

  /** Every entry is under a seal that fits. */
  private void theChainHolds(Map<String, String> chain) {
    if (chain == null) {
      findings.add("audit", "", "nobody could be asked about the hash chain");
    } else if (!"true".equals(chain.get("valid"))) {
      findings.add("audit", "", "the hash chain does not verify: " + chain);
    } else if (!"0".equals(chain.get("unsealed"))
        || !Integer.toString(seen.books().audited().size()).equals(chain.get("entries"))) {
      findings.add(
          "audit",
          "",
          "of %d entries not all are sealed: %s".formatted(seen.books().audited().size(), chain));
    }
  }
}
