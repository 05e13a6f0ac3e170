package org.serverroster.config;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.apache.camel.component.jdbc.ConnectionStrategy;

/**
 * Stands between Camel's {@code jdbc} and the connection pool.
 *
 * <ul>
 *   <li>Whoever borrowed a connection has not given it back until it is closed. Camel closes none
 *       that says that it is closed already, and the pool passes on what the driver says, which
 *       closes a connection that breaks: such a one would never be given back, and the pool has
 *       sixteen.
 *   <li>It spares every statement a journey to the database. Camel asks the driver how many
 *       parameters a statement has, and PostgreSQL's driver asks its server; but each is a question
 *       mark in a text that is ours.
 * </ul>
 */
public final class PooledConnections implements ConnectionStrategy {

  @Override
  public Connection getConnection(DataSource source) throws SQLException {
    return borrowed(source.getConnection());
  }

  @Override
  public boolean isConnectionTransactional(Connection connection, DataSource source) {
    return false; // as Camel's own says: whoever got it closes it
  }

  static Connection borrowed(Connection connection) {
    AtomicBoolean givenBack = new AtomicBoolean();
    return as(
        Connection.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("isClosed")) {
            return givenBack.get();
          }
          if (method.getName().equals("close")) {
            givenBack.set(true);
          }
          Object result = call(connection, method, arguments);
          return result instanceof PreparedStatement statement && arguments[0] instanceof String sql
              ? counting(statement, parameters(sql))
              : result;
        });
  }

  private static PreparedStatement counting(PreparedStatement statement, int parameters) {
    ParameterMetaData counted =
        as(
            ParameterMetaData.class,
            (proxy, method, arguments) ->
                method.getName().equals("getParameterCount")
                    ? parameters
                    : call(statement.getParameterMetaData(), method, arguments));
    return as(
        PreparedStatement.class,
        (proxy, method, arguments) ->
            method.getName().equals("getParameterMetaData")
                ? counted
                : call(statement, method, arguments));
  }

  /** The question marks of a statement that are not part of a text in it. */
  static int parameters(String sql) {
    int count = 0;
    boolean quoted = false;
    for (int i = 0; i < sql.length(); i++) {
      char at = sql.charAt(i);
      if (at == '\'') {
        quoted = !quoted;
      } else if (at == '?' && !quoted) {
        count++;
      }
    }
    return count;
  }

  private static <T> T as(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            PooledConnections.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
