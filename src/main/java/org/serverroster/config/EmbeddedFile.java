package org.serverroster.config;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalDataSource.FlushMode;
import io.agroal.api.AgroalPoolInterceptor;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.h2.Driver;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jboss.logging.Logger;
import org.serverroster.outbox.DeviceFlush;
import org.serverroster.roster.Failures;

/**
 * The file of the embedded database. When it could not be written, H2 stays closed for everybody
 * who is connected, also when there is room again; and at times it takes more before that, of which
 * nobody can say what it builds upon. So it is let go of without another write, and opened anew
 * from what had been written before. Nothing is lost by that which somebody was told of: nobody is
 * told before a flush.
 */
public final class EmbeddedFile {

  private static final Logger LOG = Logger.getLogger("server-roster");

  /** Whoever was at work when it was let go of fails as well, shortly afterwards. */
  private static final long STRAGGLERS = TimeUnit.SECONDS.toNanos(2);

  /**
   * What was committed before, and not flushed, is gone with what was let go of; a flush of what
   * was opened since says nothing about it. Whoever has committed flushes in much less than this
   * time.
   */
  private static final long QUARANTINE = TimeUnit.SECONDS.toNanos(10);

  /** Less than so much of the file's parts being alive, in per cent, some are written anew. */
  private static final int LEAST_LIVE = 50;

  /** In bytes; whoever commits waits meanwhile. */
  private static final int MOST_AT_ONCE = 1_000_000;

  private final Supplier<AgroalDataSource> pool;
  private final LongSupplier nanoTime;
  private final TransactionGate gate = new TransactionGate();
  private final DeviceFlush shared = new DeviceFlush();
  private final Properties login = new Properties();
  private Long letGoAt;

  /** Not one of the pool's, all of which may be waiting at the gate; null when there is none. */
  private Connection own;

  /**
   * @param pool whose connections are to that database
   * @param user of that database, "" for none
   * @param password of that user, "" for none
   * @param nanoTime time that never goes back, in nanoseconds
   */
  EmbeddedFile(
      Supplier<AgroalDataSource> pool, String user, String password, LongSupplier nanoTime) {
    this.pool = pool;
    this.nanoTime = nanoTime;
    login.setProperty("user", user);
    login.setProperty("password", password);
  }

  /** Whether a failure is one of the file. */
  static boolean isBehind(Throwable failure) {
    return Failures.causes(failure)
        .flatMap(cause -> Stream.concat(Stream.of(cause), Stream.of(cause.getSuppressed())))
        .flatMap(Failures::causes)
        .anyMatch(cause -> cause instanceof MVStoreException || isInputOutput(cause));
  }

  private static boolean isInputOutput(Throwable failure) {
    return failure instanceof SQLException
        && Failures.causes(failure).anyMatch(IOException.class::isInstance);
  }

  /**
   * Waits until the device has what was committed before this call. Commits that wait together
   * share a flush.
   *
   * @throws SQLException when that failed, or the file was let go of a moment ago: what was
   *     committed may be lost
   */
  public void flush() throws SQLException, InterruptedException {
    long ticket = shared.ticket();
    while (shared.mustFlush(ticket)) {
      boolean done = false;
      try {
        checkpoint();
        done = true;
      } finally {
        if (done) {
          shared.done();
        } else {
          shared.failed();
        }
      }
    }
    if (wasLetGo(QUARANTINE)) {
      throw new SQLTransientConnectionException("The database was opened anew a moment ago");
    }
  }

  private void checkpoint() throws SQLException, InterruptedException {
    alone(this::writeThrough, "The device could not be flushed");
  }

  /** Does something with the file that must not fall into a transaction. */
  private void alone(TransactionGate.Work<SQLException> work, String failed)
      throws SQLException, InterruptedException {
    try {
      gate.alone(work);
    } catch (SQLException | MVStoreException e) {
      close();
      if (isBehind(e)) {
        letGo();
      }
      throw new SQLTransientConnectionException(failed, e);
    }
  }

  private void writeThrough() throws SQLException {
    try (Statement statement = own().createStatement()) {
      statement.execute("checkpoint sync");
    }
  }

  private MVStore store() throws SQLException {
    Object session = own().unwrap(JdbcConnection.class).getSession();
    return ((SessionLocal) session).getDatabase().getStore().getMvStore();
  }

  private synchronized Connection own() throws SQLException {
    if (own == null || own.isClosed()) {
      own = new Driver().connect(url(), login);
    }
    return own;
  }

  /** Gives up its own connection; the file is closed with the last one. */
  synchronized void close() {
    Connection closed = own;
    own = null;
    try {
      if (closed != null) {
        closed.close();
      }
    } catch (SQLException e) {
      LOG.debug("The connection was closed already", e);
    }
  }

  /** The start is over, of which one connection remains: Flyway never gives it back. */
  void begin() {
    gate.forget();
  }

  /** Whom the pool must tell of each connection that is borrowed and given back. */
  AgroalPoolInterceptor gate() {
    return gate;
  }

  private String url() {
    return pool.get()
        .getConfiguration()
        .connectionPoolConfiguration()
        .connectionFactoryConfiguration()
        .jdbcUrl();
  }

  /**
   * What H2 would do in the background, were it left to it: writes what is committed and for which
   * nobody waits, and writes anew, elsewhere, what is left of parts of the file that are mostly
   * superseded, so that their space is free a while later. Without that the file would hold some
   * ten times what is in it. H2 itself does the one in the middle of transactions ({@link
   * TransactionGate}), and the other only where it also moves parts ({@link DerivedSettings}).
   *
   * @throws SQLException when the file could not be read or written
   */
  public void keepHouse() throws SQLException, InterruptedException {
    alone(
        () -> {
          store().compact(LEAST_LIVE, MOST_AT_ONCE);
          if (store().hasUnsavedChanges()) {
            writeThrough();
          }
        },
        "The file could not be written");
  }

  private synchronized boolean wasLetGo(long within) {
    return letGoAt != null && nanoTime.getAsLong() - letGoAt < within;
  }

  /** Lets go of the file, unless that was just done; whoever connects next opens it again. */
  synchronized void letGo() {
    if (wasLetGo(STRAGGLERS)) {
      return;
    }
    letGoAt = nanoTime.getAsLong(); // before it is closed: no flush of what is opened then counts
    String url = url();
    if (url.startsWith("jdbc:h2:mem:")) {
      return; // without a file, what nobody is connected to would be gone
    }
    try (Connection connection = new Driver().connect(url, login);
        Statement statement = connection.createStatement()) {
      statement.execute("shutdown immediately");
    } catch (SQLException closed) {
      LOG.debug("The file was closed already, or says so when it has been", closed);
    }
    close();
    pool.get().flush(FlushMode.ALL);
  }
}
