package org.serverroster.roster;

/** How a request ends by our side's doing. */
public enum Decision {
  APPROVE("approved"),
  DENY("denied"),
  EXPIRE("expired");

  private final String outcome;

  Decision(String outcome) {
    this.outcome = outcome;
  }

  /** The word under which the request is kept afterwards. */
  public String outcome() {
    return outcome;
  }
}
