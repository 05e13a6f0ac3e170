package org.serverroster.roster;

/**
 * A stranger became a peer between our look and our writing, through another replica or stream: the
 * stanza is to be judged again, against the row that is there now.
 */
public class MetMeanwhileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what happened
   */
  public MetMeanwhileException(String message) {
    super(message);
  }
}
