package org.serverroster.fault;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The moments right before and right after each commit and each send, by name. They are seen on the
 * wire, between Server Roster and the server that commits or sends, so nothing of this is in the
 * program: whoever is told of the moment can end any of the two before the other one hears more.
 */
final class Points {

  /**
   * What comes before the moment has not reached the server; what comes after has no answer yet.
   */
  static final List<String> NAMES =
      List.of(
          "before-commit",
          "after-commit",
          "before-lease",
          "after-lease",
          "before-conclude",
          "after-conclude",
          "before-stanza",
          "after-stanza",
          "before-acknowledgement",
          "after-acknowledgement",
          "before-mail",
          "after-mail",
          "before-digest",
          "after-digest",
          "before-event",
          "after-event",
          "before-notice",
          "after-notice");

  private Armed armed;

  private static final class Armed {
    private final String name;
    private final Runnable fault;
    private final CountDownLatch struck = new CountDownLatch(1);
    private int left;

    private Armed(String name, int left, Runnable fault) {
      this.name = name;
      this.left = left;
      this.fault = fault;
    }
  }

  /**
   * Lets something happen when a moment comes for the n-th time from now, and waits for that.
   *
   * @return false when it did not come in time; then nothing has happened and will
   */
  boolean strike(String name, int nth, long patienceMillis, Runnable fault)
      throws InterruptedException {
    Armed trap = new Armed(name, nth, fault);
    synchronized (this) {
      armed = trap;
    }
    if (trap.struck.await(patienceMillis, TimeUnit.MILLISECONDS)) {
      return true;
    }
    synchronized (this) {
      if (armed == trap) {
        armed = null;
        return false;
      }
    }
    trap.struck.await(); // it is striking just now
    return true;
  }

  /**
   * A moment has come.
   *
   * @throws IOException when something happened to one of the two: what was under way is lost
   */
  void reach(String name) throws IOException {
    Armed trap;
    synchronized (this) {
      trap = armed;
      if (trap == null || !trap.name.equals(name) || --trap.left > 0) {
        return;
      }
      armed = null;
    }
    try {
      trap.fault.run();
    } finally {
      trap.struck.countDown();
    }
    throw new IOException("struck " + name);
  }
}
