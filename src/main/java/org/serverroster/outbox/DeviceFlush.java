package org.serverroster.outbox;

/**
 * Lets commits of the embedded database share a flush of the device: whoever has committed waits
 * for a flush that began afterwards, and one of those who wait does it for all of them.
 */
public final class DeviceFlush {

  private long begun;
  private long done;
  private boolean running;

  /** Which flush a commit of before this call needs: the next one to begin. */
  public synchronized long ticket() {
    return begun + 1;
  }

  /**
   * Waits until the flush was done, or until it is the caller's turn to do it.
   *
   * @return true when the caller must flush, and say {@link #done} or {@link #failed} afterwards
   */
  public synchronized boolean mustFlush(long ticket) throws InterruptedException {
    while (done < ticket && running) {
      wait();
    }
    if (done >= ticket) {
      return false;
    }
    running = true;
    begun++;
    return true;
  }

  /** The device has everything that was committed before the flush began. */
  public synchronized void done() {
    done = begun;
    running = false;
    notifyAll();
  }

  /** Nobody may rely on this flush; another one of those who wait tries it. */
  public synchronized void failed() {
    running = false;
    notifyAll();
  }
}
