package org.serverroster.web;

import org.serverroster.outbox.Departure;

/**
 * An unexpected failure as the log may tell it: where it happened is kept, and each message, which
 * may quote a stranger, is one printable line.
 */
final class Told extends Exception {

  private static final long serialVersionUID = 1L;

  /** How many causes are told, in case of a circle. */
  private static final int DEEPEST = 5;

  private static final int MOST_SUPPRESSED = 3;

  Told(Throwable failure) {
    this(failure, DEEPEST);
  }

  private Told(Throwable failure, int depth) {
    super(
        failure.getClass().getName()
            + (failure.getMessage() == null
                ? ""
                : ": " + Departure.printable(failure.getMessage())),
        depth == 0 || failure.getCause() == null ? null : new Told(failure.getCause(), depth - 1));
    setStackTrace(failure.getStackTrace());
    Throwable[] suppressed = failure.getSuppressed();
    for (int i = 0; depth > 0 && i < Math.min(suppressed.length, MOST_SUPPRESSED); i++) {
      addSuppressed(new Told(suppressed[i], depth - 1));
    }
  }

  @Override
  public String toString() {
    return getMessage();
  }
}
