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
import org.serverroster.lab.PostgresServer;

/**
 * The test's own eyes in the database: triggers that note every change in the transaction that
 * makes it, in a schema that Server Roster knows nothing of, and are kept or lost with it.
 */
final class Ledger {

  static final String DATABASE = "roster";
  static final String USER = "roster";

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String WATCH =
      """
      create schema watch;
      create table watch.change (
        id bigserial primary key, tx bigint not null, tab text not null, was jsonb, became jsonb);
      create function watch.note() returns trigger language plpgsql security definer as $$
      begin
        insert into watch.change (tx, tab, was, became) values (
          txid_current(), tg_table_name,
          case when tg_op = 'UPDATE' then jsonb_strip_nulls(to_jsonb(old)) end,
          jsonb_strip_nulls(to_jsonb(new)));
        return null;
      end $$;
      create trigger watch_peer_new after insert on peer
        for each row when (new.state <> 'none') execute function watch.note();
      create trigger watch_peer after update on peer
        for each row when (old.state <> new.state) execute function watch.note();
      create trigger watch_audit after insert on audit_entry
        for each row execute function watch.note();
      create trigger watch_outbox after insert on outbox
        for each row execute function watch.note();
      create trigger watch_request_new after insert on approval_request
        for each row execute function watch.note();
      create trigger watch_request after update on approval_request
        for each row when (old.outcome <> new.outcome) execute function watch.note();
      """;

  private final PostgresServer server;

  Ledger(PostgresServer server) {
    this.server = server;
  }

  /** Makes an empty database of which Server Roster's user is the owner. */
  void create() throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create role " + USER + " login");
      statement.execute("create database " + DATABASE + " owner " + USER);
    }
  }

  /** Begins to watch the tables, which must be there. */
  void watch() throws SQLException {
    run(WATCH);
  }

  /** Runs statements of our own. */
  void run(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the only row. */
  long number(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** A connection of the superuser to Server Roster's database. */
  Connection connect() throws SQLException {
    return server.connect(DATABASE, PostgresServer.SUPERUSER);
  }

  /** Everything that was kept. */
  Books read(long journaled, Map<String, String> auditChain) throws SQLException, IOException {
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
      try (ResultSet rows =
          statement.executeQuery(
              "select jsonb_strip_nulls(to_jsonb(o)) from outbox o order by o.id")) {
        while (rows.next()) {
          waiting.add(rows.getString(1));
        }
      }
    }
    return new Books(changes, states, audited, waiting, journaled, auditChain);
  }

  private static Map<String, String> columns(String json) throws IOException {
    Map<String, String> columns = new LinkedHashMap<>();
    if (json != null) {
      JsonNode row = JSON.readTree(json);
      row.properties().forEach(field -> columns.put(field.getKey(), field.getValue().asText()));
    }
    return columns;
  }
}
