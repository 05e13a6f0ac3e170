package org.serverroster.roster;

/** A copy of a stanza that has waited here while others did what came after it. */
public class StaleHandoverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param number that of the copy
   * @param last that of the last stanza of this peer that was handled
   */
  public StaleHandoverException(long number, long last) {
    super("hand-over " + number + " has waited while " + last + " was handled");
  }
}
