package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PooledConnectionsTest {

  @Test
  void theDriverIsNotAskedHowManyThereAre() throws Exception {
    PreparedStatement mute =
        (PreparedStatement)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                  throw new AssertionError(method.getName() + " reaches the driver");
                });
    Connection connection =
        (Connection)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> mute);
    PreparedStatement statement =
        PooledConnections.borrowed(connection).prepareStatement("select a where b = ? and c = ?");
    assertEquals(2, statement.getParameterMetaData().getParameterCount());
  }

  @Test
  void aQuestionMarkInATextIsNone() {
    assertEquals(1, PooledConnections.parameters("select 'why?' where a = ? and b = 'it''s?'"));
  }

  @Test
  void everythingElseIsTheDriversOwn() throws Exception {
    try (Connection connection =
        PooledConnections.borrowed(DriverManager.getConnection("jdbc:h2:mem:"))) {
      try (PreparedStatement statement = connection.prepareStatement("select ? + 1")) {
        statement.setInt(1, 41);
        assertTrue(statement.execute());
        try (var rows = statement.getResultSet()) {
          assertTrue(rows.next());
          assertEquals(42, rows.getInt(1));
        }
      }
      assertThrows(SQLException.class, () -> connection.prepareStatement("no statement"));
    }
  }

  @Test
  void aBrokenConnectionIsNotGivenBackUntilItIsClosed() throws Exception {
    Connection broken = DriverManager.getConnection("jdbc:h2:mem:");
    Connection borrowed = PooledConnections.borrowed(broken);
    broken.close(); // as a driver does after a failure
    assertFalse(borrowed.isClosed());
    borrowed.close();
    assertTrue(borrowed.isClosed());
  }
}
