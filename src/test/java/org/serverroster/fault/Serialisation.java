package org.serverroster.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.serverroster.fault.Books.Commit;
import org.serverroster.fault.Books.Row;
import org.serverroster.lab.AppendixA;

/**
 * Looks for one order in which what a peer said and what administrators ordered can have happened,
 * so that RFC 6121, Appendix A, explains every commit, each stanza and order counts once, and
 * nothing happened before it was said or after it was acknowledged.
 */
final class Serialisation {

  private static final int CONTEXT = 3;

  private final List<Arrival> arrivals;
  private final List<Commit> commits;
  private final Map<Commit, Order> orders;
  private final long[] earliestAnswer;
  private int farthest;
  private int farthestArrival;
  private int farthestCommit;

  /**
   * @param arrivals what the peer said, in its order
   * @param commits what the database kept of the peer, in its order
   * @param orders whose work a commit is, for those that an administrator ordered
   */
  Serialisation(List<Arrival> arrivals, List<Commit> commits, Map<Commit, Order> orders) {
    this.arrivals = arrivals;
    this.commits = commits;
    this.orders = orders;
    this.earliestAnswer = new long[commits.size() + 1];
    earliestAnswer[commits.size()] = Long.MAX_VALUE;
    for (int c = commits.size() - 1; c >= 0; c--) {
      Order order = orders.get(commits.get(c));
      long answered = order == null ? Long.MAX_VALUE : order.answered();
      earliestAnswer[c] = Math.min(answered, earliestAnswer[c + 1]);
    }
  }

  /** The state that a stanza of the peer, "" for none, and then our own make of a state. */
  static String replay(String state, String stanza, Commit commit) {
    String now = stanza.isEmpty() ? state : AppendixA.inbound(state, stanza).state();
    for (Row row : commit.leaving("xmpp")) {
      if (AppendixA.TYPES.contains(row.get("kind"))) {
        now = AppendixA.outbound(now, row.get("kind")).state();
      }
    }
    return now;
  }

  /** True if there is such an order. */
  boolean exists() {
    boolean[][] reached = new boolean[arrivals.size() + 1][commits.size() + 1];
    reached[0][0] = true;
    for (int a = 0; a <= arrivals.size(); a++) {
      for (int c = 0; c <= commits.size(); c++) {
        if (reached[a][c]) {
          step(reached, a, c);
        }
      }
    }
    return reached[arrivals.size()][commits.size()];
  }

  /** Where the search ended, in words. */
  String stuck() {
    List<Object> said = new ArrayList<>();
    for (int a = Math.max(0, farthestArrival - CONTEXT);
        a < Math.min(arrivals.size(), farthestArrival + CONTEXT);
        a++) {
      said.add((a == farthestArrival ? "HERE " : "") + arrivals.get(a));
    }
    List<Object> kept = new ArrayList<>();
    for (int c = Math.max(0, farthestCommit - CONTEXT);
        c < Math.min(commits.size(), farthestCommit + CONTEXT);
        c++) {
      Commit commit = commits.get(c);
      Order order = orders.get(commit);
      kept.add(
          (c == farthestCommit ? "HERE " : "") + commit + (order == null ? "" : " for " + order));
    }
    return "in state %s the peer said %s and the database kept %s"
        .formatted(stateAfter(farthestCommit), said, kept);
  }

  private void step(boolean[][] reached, int a, int c) {
    if (a + c >= farthest) {
      farthest = a + c;
      farthestArrival = a;
      farthestCommit = c;
    }
    Arrival arrival = a < arrivals.size() ? arrivals.get(a) : null;
    Commit commit = c < commits.size() ? commits.get(c) : null;
    String state = stateAfter(c);
    if (arrival != null && arrival.first() <= earliestAnswer[c]) {
      AppendixA.Cell cell = AppendixA.inbound(state, arrival.type());
      boolean changesNothing = cell.state().equals(state) && !cell.passes();
      if (!arrival.wasTaken() || (changesNothing && cell.reply().isEmpty())) {
        reached[a + 1][c] = true;
      }
      if (commit != null && explains(arrival, cell, state, commit)) {
        reached[a + 1][c + 1] = true;
      }
    }
    if (commit == null) {
      return;
    }
    Order order = orders.get(commit);
    boolean inTime = arrival == null || order == null || arrival.taken() >= order.given();
    if (inTime && !isThePeers(commit)) {
      reached[a][c + 1] = true;
    }
    if (commit.onlyAnswers() && a > 0 && arrivals.get(a - 1).times() > 1) {
      AppendixA.Cell again = AppendixA.inbound(state, arrivals.get(a - 1).type());
      if (answers(commit, again.reply())) {
        reached[a][c + 1] = true; // the same stanza, handed over again, answered again
      }
    }
  }

  /** Whether the commit is what the stanza has to do in that state. */
  private static boolean explains(
      Arrival arrival, AppendixA.Cell cell, String state, Commit commit) {
    if (commit.onlyAnswers()) {
      return !cell.passes() && answers(commit, cell.reply());
    }
    return cell.passes()
        && isThePeers(commit)
        && replay(state, arrival.type(), commit).equals(commit.audit().get("state_after"))
        && (cell.reply().isEmpty() || answers(commit, cell.reply()));
  }

  private static boolean answers(Commit commit, String reply) {
    return !reply.isEmpty()
        && commit.leaving("xmpp").stream().anyMatch(row -> row.get("kind").equals(reply));
  }

  /** Whether a peer's stanza, and nothing else, can have caused it. */
  private static boolean isThePeers(Commit commit) {
    return commit.onlyAnswers()
        || (commit.via("xmpp") && !commit.audit().get("action").equals("peer-unreachable"));
  }

  private String stateAfter(int c) {
    for (int i = c - 1; i >= 0; i--) {
      if (commits.get(i).audit() != null) {
        return commits.get(i).audit().get("state_after");
      }
    }
    return "none";
  }
}
