package org.serverroster.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tables that the program works with, as far as it cannot do without: their columns and primary
 * keys, a line each, such as {@code peer.address} and {@code peer (domain, peer)}.
 */
final class Schema {

  private static final String RESOURCE = "/db/schema.txt";

  private final Set<String> lines;

  private Schema(Set<String> lines) {
    this.lines = lines;
  }

  /** What this version of the program expects. */
  static Schema expected() {
    try (InputStream resource = Schema.class.getResourceAsStream(RESOURCE)) {
      return new Schema(
          new TreeSet<>(
              new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                  .lines()
                  .filter(line -> !line.isBlank() && !line.startsWith("#"))
                  .toList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is there.
   *
   * @param schema in which to look
   */
  static Schema of(DatabaseMetaData database, String schema) throws SQLException {
    Set<String> lines = new TreeSet<>();
    Set<String> tables = new TreeSet<>();
    try (ResultSet columns = database.getColumns(null, schema, "%", "%")) {
      while (columns.next()) {
        String table = lower(columns.getString("TABLE_NAME"));
        tables.add(table);
        lines.add(table + "." + lower(columns.getString("COLUMN_NAME")));
      }
    }
    for (String table : tables) {
      Map<Integer, String> key = new TreeMap<>();
      try (ResultSet keys = database.getPrimaryKeys(null, schema, table)) {
        while (keys.next()) {
          key.put(keys.getInt("KEY_SEQ"), lower(keys.getString("COLUMN_NAME")));
        }
      }
      if (!key.isEmpty()) {
        lines.add(table + " (" + String.join(", ", key.values()) + ")");
      }
    }
    return new Schema(lines);
  }

  /** What the other one has and this one lacks. */
  Set<String> missing(Schema other) {
    Set<String> missing = new TreeSet<>(other.lines);
    missing.removeAll(lines);
    return missing;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
