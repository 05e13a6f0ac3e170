package org.serverroster.config;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks at the database before anything uses it. What is wrong is one line that says what to do;
 * the program does not start then.
 */
final class DatabaseCheck {

  /** Older ones have not been mended by their makers for years, and nobody has tried them here. */
  private static final int OLDEST_POSTGRESQL = 13;

  private static final int MOST_NAMED = 5;

  private DatabaseCheck() {}

  /**
   * What is wrong with the server's version.
   *
   * @param product as the driver names it
   * @param major its version
   */
  static Optional<String> version(String product, int major) {
    return product.equals("PostgreSQL") && major < OLDEST_POSTGRESQL
        ? Optional.of(
            "this PostgreSQL is of version "
                + major
                + ": use version "
                + OLDEST_POSTGRESQL
                + " or later")
        : Optional.empty();
  }

  /**
   * What is wrong when a newer program has been here.
   *
   * @param unknown the versions of the migrations that this program does not know
   */
  static Optional<String> future(Set<String> unknown) {
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the database belongs to a newer version of Server Roster (migration "
                + String.join(", ", unknown)
                + "): start that version, or restore a back-up from before it");
  }

  /** What is wrong when somebody has altered tables. */
  static Optional<String> schema(Schema there, Schema expected) {
    Set<String> missing = there.missing(expected);
    Set<String> unknown = there.demandsBeyond(expected);
    if (missing.isEmpty() && !unknown.isEmpty()) { // else it may be what is missing, renamed
      return Optional.of(
          "the database has been altered, no row can be written without "
              + String.join(", ", unknown)
              + ", which we do not know: take it away, or give it a default");
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the database has been altered, it lacks "
                + missing.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                + (missing.size() > MOST_NAMED ? " and more" : "")
                + ": put back what is missing, or restore a back-up");
  }
}
