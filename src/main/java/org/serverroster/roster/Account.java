package org.serverroster.roster;

import com.ibm.icu.text.StringPrep;
import com.ibm.icu.text.StringPrepParseException;

/**
 * A person's account on an XMPP server, normalised, so that two spellings are equal and look-alikes
 * are not.
 *
 * @param name the localpart (RFC 6122, Nodeprep)
 * @param domain the server
 */
public record Account(String name, Domain domain) {

  private static final int LONGEST = 1023;

  /**
   * Reads a JID; a resource on it is dropped.
   *
   * @param jid may come from a stranger
   * @throws InvalidDomainException when it is not the JID of an account
   */
  public static Account of(String jid) {
    int slash = jid == null ? -1 : jid.indexOf('/');
    String bare = slash < 0 ? jid : jid.substring(0, slash);
    int at = bare == null ? -1 : bare.indexOf('@');
    if (at < 1 || at > LONGEST) {
      throw new InvalidDomainException("not the JID of an account");
    }
    try {
      String name =
          StringPrep.getInstance(StringPrep.RFC3920_NODEPREP)
              .prepare(bare.substring(0, at), StringPrep.DEFAULT);
      return new Account(name, Domain.of(bare.substring(at + 1)));
    } catch (StringPrepParseException e) {
      throw new InvalidDomainException("not the JID of an account");
    }
  }

  /** The bare JID. */
  @Override
  public String toString() {
    return name + "@" + domain;
  }
}
