package org.serverroster.fault;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.serverroster.lab.PostgresServer;

/** In a PostgreSQL, beside the service. */
final class PostgresqlLedger extends Ledger {

  static final String DATABASE = "roster";
  static final String USER = "roster";

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

  PostgresqlLedger(PostgresServer server) {
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

  @Override
  void watch() throws SQLException {
    run(WATCH);
  }

  /** A connection of the superuser. */
  @Override
  Connection connect() throws SQLException {
    return server.connect(DATABASE, PostgresServer.SUPERUSER);
  }
}
