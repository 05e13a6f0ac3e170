package org.serverroster.outbox;

import java.util.function.UnaryOperator;
import org.serverroster.roster.Failures;

/**
 * An unexpected failure as the log may tell it: where it happened is kept, and each message, which
 * may quote a stranger, is one printable line.
 */
public final class PrintableFailure extends Exception {

  private static final long serialVersionUID = 1L;

  /** How many causes are told, in case of a circle. */
  private static final int DEEPEST = 20;

  /** How many causes of what was suppressed, and how many of these, since each may have more. */
  private static final int DEEPEST_SUPPRESSED = 2;

  private static final int MOST_SUPPRESSED = 3;

  /**
   * @param failure what happened
   */
  public PrintableFailure(Throwable failure) {
    this(failure, UnaryOperator.identity());
  }

  /**
   * @param failure what happened
   * @param redaction takes out of a message what nobody may read
   */
  public PrintableFailure(Throwable failure, UnaryOperator<String> redaction) {
    this(failure, redaction, DEEPEST);
  }

  private PrintableFailure(Throwable failure, UnaryOperator<String> redaction, int depth) {
    super(
        failure.getClass().getName()
            + (failure.getMessage() == null
                ? ""
                : ": " + Failures.printable(redaction.apply(failure.getMessage()))),
        depth == 0 || failure.getCause() == null
            ? null
            : new PrintableFailure(failure.getCause(), redaction, depth - 1));
    setStackTrace(failure.getStackTrace());
    Throwable[] suppressed = failure.getSuppressed();
    for (int i = 0; depth > 0 && i < Math.min(suppressed.length, MOST_SUPPRESSED); i++) {
      addSuppressed(
          new PrintableFailure(suppressed[i], redaction, Math.min(depth - 1, DEEPEST_SUPPRESSED)));
    }
  }

  @Override
  public String toString() {
    return getMessage();
  }
}
