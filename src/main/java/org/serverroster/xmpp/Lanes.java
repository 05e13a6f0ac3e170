package org.serverroster.xmpp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks in order per sender, and those of different senders side by side, on a fixed number of
 * threads with bounded queues. Whoever submits to a full queue waits: nothing is dropped and
 * nothing grows.
 */
final class Lanes {

  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
  private static final long GLANCE_MILLIS = 250;

  private final List<BlockingQueue<Runnable>> queues = new ArrayList<>();
  private final ExecutorService threads;
  private volatile boolean open = true;

  /**
   * @param threads exactly {@code workers} threads, all for this
   */
  Lanes(ExecutorService threads, int workers, int queueSize) {
    this.threads = threads;
    for (int i = 0; i < workers; i++) {
      BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(queueSize);
      queues.add(queue);
      threads.execute(() -> work(queue));
    }
  }

  /**
   * Runs {@code task} after all former tasks of the same sender; waits while the queue is full.
   *
   * @return false if the lanes were closed instead
   */
  boolean submit(String sender, Runnable task) throws InterruptedException {
    int hash = sender.hashCode();
    BlockingQueue<Runnable> queue = queues.get(Math.floorMod(hash ^ hash >>> 16, queues.size()));
    while (open) {
      if (queue.offer(task, GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
        return true;
      }
    }
    return false;
  }

  /** How many tasks have not begun; those that run are not among them. */
  int waiting() {
    return queues.stream().mapToInt(BlockingQueue::size).sum();
  }

  /** Takes no more tasks, and returns when those that were taken are done or the time is over. */
  void close(long timeoutMillis) throws InterruptedException {
    open = false;
    queues.forEach(queue -> queue.offer(() -> {})); // wakes an idle thread
    threads.shutdown();
    if (!threads.awaitTermination(timeoutMillis, TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
    }
  }

  private void work(BlockingQueue<Runnable> queue) {
    try {
      while (open || !queue.isEmpty()) {
        run(queue.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A stanza could not be processed", e); // the lane must outlive it
    }
  }
}
