package org.serverroster.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the database has kept at the end of a run: every committed change of its tables, as a
 * trigger of the test's own has seen it in the same transaction, and what is there now.
 *
 * @param changes every committed insert and update, in order
 * @param states the state of each peer now
 * @param audited the ids of the audit trail now
 * @param waiting what is still in the outbox, in words
 * @param journaled how many stanzas the server still holds for us
 * @param auditChain the answer of {@code GET /api/v1/audit/verify}, null when nobody was there to
 *     be asked
 * @param tells whether there was a receiver of events
 */
record Books(
    List<Row> changes,
    Map<String, String> states,
    List<Long> audited,
    List<String> waiting,
    long journaled,
    Map<String, String> auditChain,
    boolean tells) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One row that was written.
   *
   * @param id grows with each change, for one peer in the order of the commits
   * @param transaction the database's number of the transaction
   * @param was the row before, empty when it is new
   * @param is the row afterwards, by column; null columns are left out
   */
  record Row(
      long id, long transaction, String table, Map<String, String> was, Map<String, String> is) {

    String get(String column) {
      return is.getOrDefault(column, "");
    }

    boolean of(String name) {
      return table.equals(name);
    }

    boolean isNew() {
      return was.isEmpty();
    }
  }

  /** All that one transaction has written about one peer. */
  record Commit(long transaction, String peer, List<Row> rows) {

    /** The entry of the audit trail, null when there is none. */
    Row audit() {
      return first("audit_entry");
    }

    /** What the peer's row became, null when its state is untouched. */
    Row peerRow() {
      return first("peer");
    }

    /** What must leave on that channel, in its order. */
    List<Row> leaving(String channel) {
      return rows.stream()
          .filter(row -> row.of("outbox") && row.get("channel").equals(channel))
          .toList();
    }

    /** True if there is nothing but stanzas to send: an answer that changes nothing. */
    boolean onlyAnswers() {
      return audit() == null && peerRow() == null && !leaving("xmpp").isEmpty();
    }

    boolean via(String way) {
      return audit() != null && audit().get("via").equals(way);
    }

    private Row first(String table) {
      return rows.stream().filter(row -> row.of(table)).findFirst().orElse(null);
    }

    @Override
    public String toString() {
      Row audit = audit();
      return audit == null
          ? "answer " + kinds()
          : "%s by %s via %s, %s to %s, sends %s"
              .formatted(
                  audit.get("action"),
                  audit.get("actor"),
                  audit.get("via"),
                  audit.get("state_before"),
                  audit.get("state_after"),
                  kinds());
    }

    private List<String> kinds() {
      return leaving("xmpp").stream().map(row -> row.get("kind")).toList();
    }
  }

  /** The commits of each peer, in their order. */
  Map<String, List<Commit>> commits() {
    Map<String, Map<Long, Commit>> byPeer = new LinkedHashMap<>();
    for (Row row : changes) {
      String peer = row.get("peer");
      byPeer
          .computeIfAbsent(peer, name -> new LinkedHashMap<>())
          .computeIfAbsent(row.transaction(), tx -> new Commit(tx, peer, new ArrayList<>()))
          .rows()
          .add(row);
    }
    Map<String, List<Commit>> commits = new HashMap<>();
    byPeer.forEach((peer, all) -> commits.put(peer, List.copyOf(all.values())));
    return commits;
  }

  void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this));
  }

  static Books read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Books.class);
  }
}
