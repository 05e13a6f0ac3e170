package org.serverroster.roster;

/** A decision came too late: the request has ended, by another person, the peer or the clock. */
public class AlreadyDecidedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is no longer open
   */
  public AlreadyDecidedException(String message) {
    super(message);
  }
}
