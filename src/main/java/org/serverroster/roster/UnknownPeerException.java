package org.serverroster.roster;

/** The peer has never been heard of. */
public class UnknownPeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says that, and nothing else. */
  public UnknownPeerException() {
    super("this peer has never been heard of");
  }
}
