package org.serverroster.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordChecksTest {

  private static final int THREADS = 2;

  private final PasswordChecks checks = new PasswordChecks(THREADS);
  private final CountDownLatch begun = new CountDownLatch(THREADS);
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @AfterEach
  void close() {
    end.countDown();
    checks.close();
  }

  @Test
  void thoseWhoFindTheRoomFullAreToldAtOnceAndAllOthersAreServed() throws Exception {
    List<CompletableFuture<Boolean>> served = new ArrayList<>();
    for (int i = 0; i < THREADS + PasswordChecks.ROOM; i++) {
      served.add(checks.later(this::slow));
    }
    CompletableFuture<Boolean> turnedAway = checks.later(this::slow);

    assertTrue(turnedAway.isCompletedExceptionally());
    assertInstanceOf(
        PasswordChecks.BusyException.class,
        assertThrows(CompletionException.class, turnedAway::join).getCause());
    begun.await();
    end.countDown();
    served.forEach(check -> assertTrue(check.join()));
    assertEquals(THREADS, most.get());
    assertTrue(checks.later(this::slow).join(), "there is room again");
  }

  private boolean slow() {
    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    begun.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    atOnce.decrementAndGet();
    return true;
  }
}
