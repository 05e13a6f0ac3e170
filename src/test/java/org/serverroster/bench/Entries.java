package org.serverroster.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** Roster entries that are there before a measurement, put in by SQL. */
final class Entries {

  /** Rows of one statement on H2, which keeps what a statement has changed in memory. */
  private static final int AT_ONCE = 20_000;

  private Entries() {}

  /**
   * Peers {@code old-FROM.example} to {@code old-TO.example} that have our presence and we theirs.
   */
  static String insert(int from, int to) {
    return insert(from, to, "generate_series");
  }

  /** The first {@code count} of them on H2, each batch committed by itself. */
  static void fillH2(Connection connection, int count) throws SQLException {
    fillH2(connection, count, "both");
  }

  /** The same in another state; nobody is greeted who is in the state {@code none}. */
  static void fillH2(Connection connection, int count, String state) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (int from = 1; from <= count; from += AT_ONCE) {
        int to = Math.min(count, from + AT_ONCE - 1);
        statement.execute(insert(from, to, "system_range").replace("'both'", "'" + state + "'"));
        if (to % 100_000 == 0) {
          Report.say("H2 has %,d entries", to);
        }
      }
    }
  }

  private static String insert(int from, int to, String numbers) {
    return "insert into peer (domain, peer, address, state, created_at, updated_at)"
        + " select 'capulet.lit', 'old-' || n || '.example', 'old-' || n || '.example', 'both',"
        + " current_timestamp, current_timestamp from "
        + numbers
        + "("
        + from
        + ", "
        + to
        + ") as s(n)";
  }
}
