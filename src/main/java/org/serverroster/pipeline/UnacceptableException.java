package org.serverroster.pipeline;

/** Why something that came is no command that we carry out, in words for whoever looks after it. */
final class UnacceptableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnacceptableException(String reason) {
    super(reason);
  }
}
