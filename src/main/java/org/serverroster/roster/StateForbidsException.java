package org.serverroster.roster;

/**
 * What was asked for makes no sense in the state in which the peer is. The message is for people.
 */
public class StateForbidsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason why not, and what to do instead; never what a stranger wrote
   */
  public StateForbidsException(String reason) {
    super(reason);
  }
}
