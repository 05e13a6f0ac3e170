package org.serverroster.config;

import java.sql.SQLException;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** Tells a database that is away, and will be back, from a statement that will never succeed. */
public final class Outage {

  /** Classes of SQLSTATE (SQL:2016, part 2, table 38): the data or the statement is at fault. */
  private static final Set<String> LASTING = Set.of("21", "22", "23", "42");

  /** Whether trying the same again later can succeed. */
  public boolean isAway(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 20; depth++) {
      if (cause instanceof SQLException sql) {
        String state = sql.getSQLState();
        return state == null || state.length() < 2 || !LASTING.contains(state.substring(0, 2));
      }
      if (cause instanceof jakarta.transaction.SystemException
          || cause instanceof jakarta.transaction.RollbackException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
