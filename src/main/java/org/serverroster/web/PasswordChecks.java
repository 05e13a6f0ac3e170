package org.serverroster.web;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Where passwords are compared with their hashes, which takes long and is meant to: on threads of
 * its own, as many as there are processors, with a small waiting room. Whoever tries many passwords
 * keeps others from logging in for the first time, and from nothing else.
 */
@Singleton
class PasswordChecks {

  static final int ROOM = 64;

  private final ThreadPoolExecutor threads;

  PasswordChecks() {
    this(Runtime.getRuntime().availableProcessors());
  }

  PasswordChecks(int most) {
    threads =
        new ThreadPoolExecutor(
            most,
            most,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(ROOM),
            work -> {
              Thread thread = new Thread(work, "password-check");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** More want to log in than there is room for. */
  static final class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BusyException() {
      super("too many log in at this moment", null, false, false);
    }
  }

  /**
   * What the check says, later; it fails at once with {@link BusyException} when there is no room.
   */
  CompletableFuture<Boolean> later(BooleanSupplier check) {
    try {
      return CompletableFuture.supplyAsync(check::getAsBoolean, threads);
    } catch (RejectedExecutionException full) {
      return CompletableFuture.failedFuture(new BusyException());
    }
  }

  @PreDestroy
  void close() {
    threads.shutdownNow();
  }
}
