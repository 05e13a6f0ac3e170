package org.serverroster.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The tables that the program works with, as far as it cannot do without, a line each: their
 * columns with the kind of their type, those that number themselves, primary keys, and what else
 * must be unique, such as {@code peer.address text}, {@code outbox.id identity}, {@code peer
 * (domain, peer)} and {@code outbox unique (wire_id)}.
 */
final class Schema {

  private static final String RESOURCE = "/db/schema.txt";

  private final Set<String> lines;
  private final Set<String> demanded;

  /**
   * @param demanded the columns, as {@code peer.address}, that must be given with each new row
   */
  private Schema(Set<String> lines, Set<String> demanded) {
    this.lines = lines;
    this.demanded = demanded;
  }

  /** What this version of the program expects. */
  static Schema expected() {
    try (InputStream resource = Schema.class.getResourceAsStream(RESOURCE)) {
      return new Schema(
          new TreeSet<>(
              new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                  .lines()
                  .filter(line -> !line.isBlank() && !line.startsWith("#"))
                  .toList()),
          Set.of());
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
    Set<String> demanded = new TreeSet<>();
    Set<String> tables = new TreeSet<>();
    try (ResultSet columns = database.getColumns(null, schema, "%", "%")) {
      while (columns.next()) {
        String table = lower(columns.getString("TABLE_NAME"));
        tables.add(table);
        String kind = kind(columns.getInt("DATA_TYPE"), lower(columns.getString("TYPE_NAME")));
        String column = table + "." + lower(columns.getString("COLUMN_NAME"));
        lines.add(column + " " + kind);
        if ("YES".equals(columns.getString("IS_AUTOINCREMENT"))) {
          lines.add(column + " identity");
        } else if ("NO".equals(columns.getString("IS_NULLABLE"))
            && columns.getString("COLUMN_DEF") == null) {
          demanded.add(column);
        }
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
        lines.add(table + " " + list(key));
      }
      unique(database, schema, table).stream()
          .filter(columns -> !columns.equals(list(key)))
          .forEach(columns -> lines.add(table + " unique " + columns));
    }
    return new Schema(lines, demanded);
  }

  /** The lists of columns that are unique, whatever holds them so. */
  private static Set<String> unique(DatabaseMetaData database, String schema, String table)
      throws SQLException {
    Map<String, Map<Integer, String>> indexes = new TreeMap<>();
    try (ResultSet parts = database.getIndexInfo(null, schema, table, true, true)) {
      while (parts.next()) {
        if (parts.getString("COLUMN_NAME") != null) {
          indexes
              .computeIfAbsent(parts.getString("INDEX_NAME"), name -> new TreeMap<>())
              .put(parts.getInt("ORDINAL_POSITION"), lower(parts.getString("COLUMN_NAME")));
        }
      }
    }
    return indexes.values().stream().map(Schema::list).collect(Collectors.toSet());
  }

  private static String list(Map<Integer, String> columns) {
    return "(" + String.join(", ", columns.values()) + ")";
  }

  /** What the two databases call by different names, by one: a length may be another one. */
  private static String kind(int type, String name) {
    if (name.equals("uuid")) {
      return name;
    }
    return switch (type) {
      case Types.SMALLINT, Types.INTEGER, Types.BIGINT -> "number";
      case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.CLOB -> "text";
      case Types.BOOLEAN, Types.BIT -> "boolean";
      case Types.TIMESTAMP_WITH_TIMEZONE -> "time";
      case Types.TIMESTAMP -> name.equals("timestamptz") ? "time" : name;
      default -> name;
    };
  }

  /** What the other one has and this one lacks. */
  Set<String> missing(Schema other) {
    Set<String> missing = new TreeSet<>(other.lines);
    missing.removeAll(lines);
    return missing;
  }

  /**
   * The columns of the other one's tables that it does not know, and that demand a value with each
   * new row: whoever knows only the other one can write none.
   */
  Set<String> demandsBeyond(Schema other) {
    Set<String> known = new TreeSet<>();
    Set<String> tables = new TreeSet<>();
    for (String line : other.lines) {
      String column = line.substring(0, line.indexOf(' '));
      known.add(column);
      tables.add(column.replaceFirst("\\..*", ""));
    }
    Set<String> unknown = new TreeSet<>(demanded);
    unknown.removeAll(known);
    unknown.removeIf(column -> !tables.contains(column.replaceFirst("\\..*", "")));
    return unknown;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
