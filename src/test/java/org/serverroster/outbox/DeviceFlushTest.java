package org.serverroster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeviceFlushTest {

  private final DeviceFlush flush = new DeviceFlush();

  @Test
  void commitsThatWaitTogetherShareAFlush() throws Exception {
    long one = flush.ticket();
    long other = flush.ticket();
    assertTrue(flush.mustFlush(one));
    Waiting waiting = new Waiting(other);
    flush.done();
    assertFalse(waiting.mustFlush());
    assertFalse(flush.mustFlush(one));
  }

  @Test
  void aFlushThatBeganBeforeTheCommitDoesNotCount() throws Exception {
    assertTrue(flush.mustFlush(flush.ticket()));
    Waiting late = new Waiting(flush.ticket());
    flush.done();
    assertTrue(late.mustFlush());
    flush.done();
  }

  @Test
  void anotherOneFlushesWhenTheFirstHasFailed() throws Exception {
    long one = flush.ticket();
    long other = flush.ticket();
    assertTrue(flush.mustFlush(one));
    Waiting waiting = new Waiting(other);
    flush.failed();
    assertTrue(waiting.mustFlush());
    flush.done();
    assertFalse(flush.mustFlush(one));
  }

  /**
   * Whatever the interleaving: a commit is never taken for flushed by a flush that began earlier.
   */
  @Test
  void nothingIsTakenForFlushedTooEarly() throws Exception {
    AtomicInteger committed = new AtomicInteger();
    AtomicInteger onDevice = new AtomicInteger();
    AtomicInteger flushes = new AtomicInteger();
    CompletableFuture<?>[] workers = new CompletableFuture<?>[8];
    for (int i = 0; i < workers.length; i++) {
      workers[i] =
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; n < 2000; n++) {
                  int mine = committed.incrementAndGet();
                  long ticket = flush.ticket();
                  while (mustFlush(ticket)) {
                    onDevice.set(committed.get());
                    flushes.incrementAndGet();
                    flush.done();
                  }
                  if (onDevice.get() < mine) {
                    throw new AssertionError(mine + " is not on the device");
                  }
                }
              },
              work -> new Thread(work).start());
    }
    CompletableFuture.allOf(workers).get(60, TimeUnit.SECONDS);
    assertEquals(16000, committed.get());
    assertTrue(flushes.get() <= 16000);
  }

  private boolean mustFlush(long ticket) {
    try {
      return flush.mustFlush(ticket);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A thread that waits for a flush, and is seen to wait. */
  private final class Waiting {
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();

    Waiting(long ticket) {
      Thread waiter = new Thread(() -> answer.complete(DeviceFlushTest.this.mustFlush(ticket)));
      waiter.start();
      await().until(() -> waiter.getState() == Thread.State.WAITING);
    }

    boolean mustFlush() throws Exception {
      return answer.get(10, TimeUnit.SECONDS);
    }
  }
}
