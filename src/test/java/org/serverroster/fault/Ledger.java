package org.serverroster.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The test's own eyes in the database: triggers that note every change in the transaction that
 * makes it, in a schema that Server Roster knows nothing of, and are kept or lost with it.
 */
abstract class Ledger {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Begins to watch the tables, which must be there. */
  abstract void watch() throws SQLException;

  /** A connection to Server Roster's database that may do everything. */
  abstract Connection connect() throws SQLException;

  /** Runs statements of our own. */
  final void run(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the only row. */
  final long number(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Everything that was kept. */
  final Books read(long journaled, Map<String, String> auditChain, boolean tells)
      throws SQLException, IOException {
    List<Books.Row> changes = new ArrayList<>();
    Map<String, String> states = new LinkedHashMap<>();
    List<Long> audited = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery("select id, tx, tab, was, became from watch.change order by id")) {
        while (rows.next()) {
          changes.add(
              new Books.Row(
                  rows.getLong(1),
                  rows.getLong(2),
                  rows.getString(3),
                  columns(rows.getString(4)),
                  columns(rows.getString(5))));
        }
      }
      try (ResultSet rows = statement.executeQuery("select peer, state from peer")) {
        while (rows.next()) {
          states.put(rows.getString(1), rows.getString(2));
        }
      }
      try (ResultSet rows = statement.executeQuery("select id from audit_entry order by id")) {
        while (rows.next()) {
          audited.add(rows.getLong(1));
        }
      }
      try (ResultSet rows = statement.executeQuery("select * from outbox order by id")) {
        while (rows.next()) {
          waiting.add(words(rows));
        }
      }
    }
    return new Books(changes, states, audited, waiting, journaled, auditChain, tells);
  }

  private static Map<String, String> columns(String json) throws IOException {
    Map<String, String> columns = new LinkedHashMap<>();
    if (json != null) {
      JsonNode row = JSON.readTree(json);
      row.properties().forEach(field -> columns.put(field.getKey(), field.getValue().asText()));
    }
    return columns;
  }

  /** A row, without what is null in it. */
  private static String words(ResultSet row) throws SQLException {
    Map<String, String> columns = new LinkedHashMap<>();
    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
      if (row.getString(i) != null) {
        columns.put(row.getMetaData().getColumnName(i), row.getString(i));
      }
    }
    return columns.toString();
  }
}
