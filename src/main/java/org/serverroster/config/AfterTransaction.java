package org.serverroster.config;

import jakarta.inject.Singleton;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.function.Consumer;

/** Does what has to wait until the transaction that is under way has ended. */
@Singleton
final class AfterTransaction {

  private final TransactionSynchronizationRegistry transactions;

  AfterTransaction(TransactionSynchronizationRegistry transactions) {
    this.transactions = transactions;
  }

  /**
   * Calls this at the end of the transaction; at once without one, or when it cannot be committed
   * any more.
   *
   * @param end is told whether it was committed
   */
  void then(Consumer<Boolean> end) {
    if (transactions.getTransactionStatus() != Status.STATUS_ACTIVE) {
      end.accept(transactions.getTransactionStatus() == Status.STATUS_NO_TRANSACTION);
      return;
    }
    transactions.registerInterposedSynchronization(
        new Synchronization() {
          @Override
          public void beforeCompletion() {}

          @Override
          public void afterCompletion(int status) {
            end.accept(status == Status.STATUS_COMMITTED);
          }
        });
  }

  /** Does this if the transaction is committed. */
  void ifCommitted(Runnable step) {
    then(
        committed -> {
          if (committed) {
            step.run();
          }
        });
  }
}
