package org.serverroster.config;

import io.agroal.api.AgroalPoolInterceptor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.h2.jdbc.JdbcConnection;

/**
 * Lets the embedded database write to its file only while no transaction is under way. H2 notes
 * where each of its tables and indexes stands one after the other, and a transaction that goes on
 * meanwhile is written in part: after a kill a table then says what its index does not, or a row
 * stays locked by a transaction that there is not.
 *
 * <p>A connection that was borrowed from the pool stands for a transaction; the pool takes it back
 * after the commit.
 */
final class TransactionGate implements AgroalPoolInterceptor {

  private static final int ALL = 1 << 16;

  /** So long a transaction is waited for; those that come meanwhile wait as well. */
  private static final long PATIENCE_SECONDS = 10;

  private final Semaphore gate = new Semaphore(ALL, true);
  private final Set<JdbcConnection> inside = ConcurrentHashMap.newKeySet();

  /** Something that is done while no transaction is under way. */
  @FunctionalInterface
  interface Work<E extends Exception> {
    void run() throws E;
  }

  @Override
  public void onConnectionAcquire(Connection connection) {
    gate.acquireUninterruptibly();
    if (!inside.add(itself(connection))) {
      gate.release();
    }
  }

  @Override
  public void onConnectionReturn(Connection connection) {
    leave(itself(connection));
  }

  private void leave(JdbcConnection connection) {
    if (inside.remove(connection)) {
      gate.release();
    }
  }

  /** The pool shows it in another wrapper each time. */
  private static JdbcConnection itself(Connection connection) {
    try {
      return connection.unwrap(JdbcConnection.class);
    } catch (SQLException e) {
      throw new IllegalStateException("not a connection of H2", e);
    }
  }

  @Override
  public void onConnectionDestroy(Connection connection) {
    onConnectionReturn(connection);
  }

  /** Whoever has a connection now has no transaction with it. */
  void forget() {
    inside.forEach(this::leave);
  }

  /**
   * Waits until no transaction is under way, and lets none begin before the work is done. Whoever
   * calls it must not have a connection of the pool.
   *
   * @throws SQLTransientConnectionException when a transaction did not end in time
   */
  <E extends Exception> void alone(Work<E> work)
      throws E, SQLTransientConnectionException, InterruptedException {
    if (!gate.tryAcquire(ALL, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new SQLTransientConnectionException("A transaction is under way for too long");
    }
    try {
      work.run();
    } finally {
      gate.release(ALL);
    }
  }
}
