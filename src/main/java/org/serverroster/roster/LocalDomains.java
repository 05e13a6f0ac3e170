package org.serverroster.roster;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The entities whose rosters we keep, and whom to ask for each. */
public final class LocalDomains {

  private final Map<Domain, List<String>> administrators;

  /**
   * @param administrators the mail addresses of the administrators of each domain, in the order in
   *     which they are asked
   */
  public LocalDomains(Map<Domain, List<String>> administrators) {
    this.administrators = new TreeMap<>(administrators);
  }

  /** All of them, in alphabetical order. */
  public Set<Domain> all() {
    return administrators.keySet();
  }

  /** Whether the roster of this domain is ours to keep. */
  public boolean has(Domain domain) {
    return administrators.containsKey(domain);
  }

  /** The one of this name in any spelling; empty when it is none of ours or no domain at all. */
  public Optional<Domain> find(String name) {
    try {
      return Optional.of(Domain.of(name)).filter(this::has);
    } catch (InvalidDomainException e) {
      return Optional.empty();
    }
  }

  /** The mail addresses of a domain's administrators, empty when it is none of ours. */
  public List<String> administrators(String domain) {
    return administrators.getOrDefault(new Domain(domain), List.of());
  }
}
