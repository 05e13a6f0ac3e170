package org.serverroster.config;

/** The program cannot do its work here, and whoever runs it must do something about it. */
final class CannotStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param problem what is wrong and what to do, in one line
   */
  CannotStartException(String problem) {
    super(problem);
  }
}
