package org.serverroster.lab;

/** Work of a part of a test that goes on beside it until a connection or that part has ended. */
public final class Background {

  /** Something that ends by itself, or by a failure of what it reads or writes. */
  @FunctionalInterface
  public interface Work {
    /** Does it. */
    void run() throws Exception;
  }

  private Background() {}

  /** Begins with work on a thread that keeps no process alive; that it fails is its end. */
  public static void begin(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception over) {
                // a connection has ended, or who had opened it
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
