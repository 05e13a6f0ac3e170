package org.serverroster.fault;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * In the file of the embedded database, which only one process has open: nobody can look while the
 * service runs. The triggers are written down in the database as Java source, which H2 compiles in
 * the service, so the program is the one that is delivered.
 */
final class H2Ledger extends Ledger {

  private static final String TABLES =
      """
      create schema watch;
      create table watch.change (
        id bigint generated always as identity primary key, tx bigint not null,
        tab varchar not null, was json, became json);
      """;

  /**
   * H2 counts transactions anew whenever its file is opened, also by the same process; so the
   * moment of the process's start and the opened database's identity go before. What a trigger
   * implements is a class of H2's that the compiler is not given, hence the proxy.
   */
  private static final String TRIGGER =
      """
      Object watch() throws Exception {
        Class<?> h2 = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
            .walk(frames -> frames.map(StackWalker.StackFrame::getDeclaringClass)
                .filter(caller -> caller.getName().startsWith("org.h2.schema."))
                .findFirst()).orElseThrow();
        Class<?> trigger = Class.forName("org.h2.api.Trigger", false, h2.getClassLoader());
        return java.lang.reflect.Proxy.newProxyInstance(
            trigger.getClassLoader(), new Class<?>[] {trigger},
            new java.lang.reflect.InvocationHandler() {
              private String table;
              private java.util.List<String> names = new java.util.ArrayList<>();

              public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] given)
                  throws Throwable {
                if (method.getName().equals("init")) {
                  table = (String) given[3];
                  java.sql.ResultSet columns = ((java.sql.Connection) given[0]).createStatement()
                      .executeQuery("select column_name from information_schema.columns"
                          + " where table_schema = 'public' and table_name = '" + table
                          + "' order by ordinal_position");
                  while (columns.next()) {
                    names.add(columns.getString(1));
                  }
                } else if (method.getName().equals("fire") && counts((Object[]) given[1], (Object[]) given[2])) {
                  note((java.sql.Connection) given[0], (Object[]) given[1], (Object[]) given[2]);
                }
                return null;
              }

              private boolean counts(Object[] was, Object[] is) {
                int watched = names.indexOf(table.equals("peer") ? "state" : "outcome");
                if (was != null) {
                  return !was[watched].equals(is[watched]);
                }
                return !table.equals("peer") || !is[watched].equals("none");
              }

              private void note(java.sql.Connection connection, Object[] was, Object[] is)
                  throws Exception {
                StringBuilder columns = new StringBuilder();
                for (String name : names) {
                  columns.append(columns.length() == 0 ? "" : ", ")
                      .append("key '" + name + "' value cast(? as varchar)");
                }
                String json = "json_object(" + columns + " absent on null)";
                long process = java.lang.management.ManagementFactory.getRuntimeMXBean().getStartTime();
                Object session = connection.getClass().getMethod("getSession").invoke(connection);
                Object database = session.getClass().getMethod("getDatabase").invoke(session);
                long opened = (process * 31 + System.identityHashCode(database)) * 1000003;
                java.sql.PreparedStatement insert = connection.prepareStatement(
                    "insert into watch.change (tx, tab, was, became) values ("
                        + opened + " + cast(transaction_id() as bigint), '" + table
                        + "', " + (was == null ? "null" : json) + ", " + json + ")");
                int at = 1;
                for (Object[] row : new Object[][] {was, is}) {
                  for (int i = 0; row != null && i < row.length; i++) {
                    insert.setObject(at++, row[i] instanceof Boolean ? row[i].toString() : row[i]);
                  }
                }
                insert.execute();
                insert.close();
              }
            });
      }
      """;

  /** As in the service, so that what is tested is a file that only it has arranged. */
  private static final String UNMOVED = ";AUTO_COMPACT_FILL_RATE=0;MAX_COMPACT_TIME=0";

  private final String url;

  /**
   * @param file the database's file, without what H2 puts behind its name
   */
  H2Ledger(Path file) {
    this.url =
        "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;IFEXISTS=TRUE%s"
            .formatted(file.toAbsolutePath(), UNMOVED);
  }

  @Override
  void watch() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLES);
      watch(statement, "peer", "insert, update");
      watch(statement, "audit_entry", "insert");
      watch(statement, "outbox", "insert");
      watch(statement, "approval_request", "insert, update");
    }
  }

  private static void watch(Statement statement, String table, String what) throws SQLException {
    statement.execute(
        "create trigger watch_%s after %s on %s for each row as $$%s$$"
            .formatted(table, what, table, TRIGGER));
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection(url, "", "");
  }
}
