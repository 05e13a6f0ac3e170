package org.serverroster.roster;

/**
 * Which peers a rule is about: one server by its name, or with {@code *.} before the name all those
 * below it, but not itself.
 *
 * @param text how the operator wrote it, for the audit trail
 * @param domain the name, normalised
 * @param below whether it stands for those below
 */
public record PeerPattern(String text, Domain domain, boolean below) {

  private static final String BELOW = "*.";

  /**
   * Reads {@code partner.example} or {@code *.partner.example}.
   *
   * @throws InvalidDomainException when it is neither, or would let in a whole top-level domain
   */
  public static PeerPattern of(String text) {
    String stripped = text.strip();
    boolean below = stripped.startsWith(BELOW);
    Domain domain = Domain.of(below ? stripped.substring(BELOW.length()) : stripped);
    if (below && domain.name().indexOf('.') < 0) {
      throw new InvalidDomainException("a pattern needs at least two labels below the star");
    }
    return new PeerPattern(stripped, domain, below);
  }

  /** Whether the peer is one of them. Names are compared in their normalised ASCII form. */
  public boolean matches(Domain peer) {
    return below ? peer.name().endsWith("." + domain.name()) : peer.equals(domain);
  }
}
