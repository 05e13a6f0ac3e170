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
import java.util.concurrent.atomic.AtomicLong;
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
    AgroalDataSource pool = pool();
    EmbeddedFile file = new EmbeddedFile(() -> pool, "", "", time::get);
    file.flush();
    pool.close();
    for (int i = 0; i < 2; i++) {
      SQLException failure = assertThrows(SQLException.class, file::flush);
      assertTrue(new Outage(java.time.Clock.systemUTC(), null).isAway(failure));
    }
  }

  private AgroalDataSource pool() throws SQLException {
    String url = "jdbc:h2:file:%s;WRITE_DELAY=60000".formatted(folder.resolve("file"));
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
