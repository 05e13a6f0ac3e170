package org.serverroster.bench;

/** Roster entries that are there before a measurement, put in by SQL. */
final class Entries {

  private Entries() {}

  /**
   * Peers {@code old-FROM.example} to {@code old-TO.example} that have our presence and we theirs.
   */
  static String insert(int from, int to) {
    return "insert into peer (domain, peer, address, state, created_at, updated_at)"
        + " select 'capulet.lit', 'old-' || n || '.example', 'old-' || n || '.example', 'both',"
        + " current_timestamp, current_timestamp from "
        + "generate_series("
        + from
        + ", "
        + to
        + ") as s(n)";
  }
}
