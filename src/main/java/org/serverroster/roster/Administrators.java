package org.serverroster.roster;

import java.util.List;
import java.util.Set;

/**
 * The people who decide about the peers of one domain.
 *
 * @param mail the addresses that are asked, in this order
 * @param jids the accounts that may use the ad-hoc commands
 */
public record Administrators(List<String> mail, Set<Account> jids) {

  /** Copies, so that nobody is added later. */
  public Administrators {
    mail = List.copyOf(mail);
    jids = Set.copyOf(jids);
  }
}
