package org.serverroster.fault;

/** Time that an actor of a run lets pass: it is part of what the run does to others. */
final class Pause {
  private Pause() {}

  static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
