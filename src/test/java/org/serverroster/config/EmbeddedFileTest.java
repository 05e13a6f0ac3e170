package org.serverroster.config;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import jakarta.transaction.RollbackException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedFileTest {

  @TempDir Path folder;
  private final AtomicLong time = new AtomicLong();

  @Test
  void aFailureOfTheFileIsKnownByItsCauses() {
    MVStoreException closed = new MVStoreException(4, "This store is closed");
    assertTrue(EmbeddedFile.isBehind(new SQLException("general", "HY000", 50000, closed)));
    assertTrue(
        EmbeddedFile.isBehind(
            new RuntimeException(new SQLException(new IOException("No space left on device")))));
    RollbackException rolledBack = new RollbackException("could not commit");
    rolledBack.addSuppressed(new IllegalStateException(closed));
    assertTrue(EmbeddedFile.isBehind(new IllegalStateException(rolledBack)));
  }

  @Test
  void failuresOfOthersAreNot() {
    assertFalse(EmbeddedFile.isBehind(new IOException("the mail server has gone")));
    assertFalse(EmbeddedFile.isBehind(new SQLException("duplicate", "23505")));
  }

  @Test
  void whatWasFlushedIsThereAfterItWasLetGoOf() throws Exception {
    try (AgroalDataSource pool = pool()) {
      EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
      run(pool, "create table kept(id int)");
      run(pool, "insert into kept values (1)");
      file.flush();
      run(pool, "insert into kept values (2)");

      file.letGo();

      // The pool lets go of its connections in a thread of its own.
      await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> sum(pool) >= 0);
      assertEquals(1, sum(pool), "the second was in memory alone");
      run(pool, "insert into kept values (4)");
      file.letGo();
      assertEquals(5, sum(pool), "a straggler's failure does not close what was opened since");
    }
  }

  @Test
  void whoHasCommittedBeforeItWasLetGoOfIsNotToldThatItWasFlushed() throws Exception {
    try (AgroalDataSource pool = pool()) {
      EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
      run(pool, "create table kept(id int)"); // somebody else's failure comes between
      file.letGo();
      assertThrows(SQLTransientConnectionException.class, file::flush);
      time.addAndGet(Duration.ofSeconds(9).toNanos());
      assertThrows(SQLTransientConnectionException.class, file::flush);
      time.addAndGet(Duration.ofSeconds(1).toNanos());
      file.flush();
    }
  }

  @Test
  void aFlushThatFailsIsAnOutageAndLeavesTheNextOneFree() throws Exception {
    try (AgroalDataSource pool = pool("IFEXISTS=TRUE")) { // and it does not
      EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
      for (int i = 0; i < 2; i++) {
        SQLException failure = assertThrows(SQLException.class, file::flush);
        assertTrue(new Outage(java.time.Clock.systemUTC(), null).isAway(failure));
      }
    }
  }

  /**
   * H2 notes one table after the other where it stands. A transaction that went on meanwhile was
   * written in part, and a kill left a table that contradicts its index (fault test, seed 502).
   */
  @Test
  void nothingIsWrittenWhileATransactionIsUnderWay() throws Exception {
    ExecutorService others = Executors.newSingleThreadExecutor();
    try (AgroalDataSource pool = pool()) {
      EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
      pool.setPoolInterceptors(List.of(file.gate()));
      run(pool, "create table kept(id int)");
      for (Callable<Void> write :
          List.<Callable<Void>>of(called(file::flush), called(file::keepHouse))) {
        AtomicBoolean committed = new AtomicBoolean();
        AtomicReference<Thread> writer = new AtomicReference<>();
        Future<Boolean> written;
        try (Connection connection = pool.getConnection();
            Statement statement = connection.createStatement()) {
          connection.setAutoCommit(false);
          statement.execute("insert into kept values (1)");
          written =
              others.submit(
                  () -> {
                    writer.set(Thread.currentThread());
                    write.call();
                    return committed.get();
                  });
          await().until(() -> written.isDone() || isWaiting(writer.get()));
          committed.set(true);
          connection.commit();
        }
        assertTrue(written.get(), "written in the middle of a transaction");
      }
      file.close();
    } finally {
      others.shutdownNow();
    }
  }

  /** Something that the embedded file is told to do. */
  private interface Order {
    void run() throws Exception;
  }

  private static Callable<Void> called(Order order) {
    return () -> {
      order.run();
      return null;
    };
  }

  private static boolean isWaiting(Thread thread) {
    return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
  }

  /** H2 does not do it itself: the rate stayed below 20 without. */
  @Test
  void partsThatAreMostlySupersededAreWrittenAnew() throws Exception {
    try (AgroalDataSource pool = pool("WRITE_DELAY=50;RETENTION_TIME=50")) {
      EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
      run(pool, "create table kept(id int primary key, words varchar(4000), number int)");
      run(pool, "create index kept_by_number on kept(number)");
      run(pool, "insert into kept select x, space(900), 0 from system_range(1, 5000) n(x)");
      for (int i = 0; i < 1000; i++) {
        run(pool, "update kept set number = %d where id = %d".formatted(i, 1 + i * 7919 % 5000));
        file.flush();
      }
      assertTrue(liveRate(pool) < 50, () -> "nothing to do");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                file.keepHouse();
                file.flush();
                return liveRate(pool) >= 50;
              });
      run(pool, "select count(*) from kept where words is not null");
    }
  }

  @Test
  void aFileThatCannotBeOpenedIsAnOutage() throws Exception {
    try (AgroalDataSource pool = pool("IFEXISTS=TRUE")) { // and it does not
      EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
      SQLException failure = assertThrows(SQLException.class, file::keepHouse);
      assertTrue(new Outage(java.time.Clock.systemUTC(), null).isAway(failure));
    }
  }

  private static int liveRate(AgroalDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select setting_value from information_schema.settings"
                    + " where setting_name = 'info.CHUNKS_FILL_RATE'")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private AgroalDataSource pool() throws SQLException {
    return pool("WRITE_DELAY=60000");
  }

  private AgroalDataSource pool(String options) throws SQLException {
    String url =
        DerivedSettings.withH2Options(
            "jdbc:h2:file:%s;%s".formatted(folder.resolve("file"), options));
    return AgroalDataSource.from(
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(
                c ->
                    c.maxSize(4)
                        .acquisitionTimeout(Duration.ofSeconds(5))
                        .connectionFactoryConfiguration(f -> f.jdbcUrl(url))));
  }

  private static void run(AgroalDataSource pool, String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long sum(AgroalDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select sum(id) from kept")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
