package org.serverroster.roster;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The entities whose rosters we keep, and whom to ask for each. */
public final class LocalDomains {

  private final Map<Domain, Administrators> administrators;
  private final List<String> escalateTo;

  /**
   * @param administrators the administrators of each domain
   * @param escalateTo the mail addresses that are asked as well when nobody decides
   */
  public LocalDomains(Map<Domain, Administrators> administrators, List<String> escalateTo) {
    this.administrators = new TreeMap<>(administrators);
    this.escalateTo = List.copyOf(escalateTo);
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

  /**
   * A server that can become a peer, by its name in any spelling.
   *
   * @throws InvalidDomainException when it is not the name of a server, or one of our own
   */
  public Domain other(String name) {
    Domain server = Domain.of(name);
    if (has(server)) {
      throw new InvalidDomainException("this is one of our own domains, not a peer");
    }
    return server;
  }

  /** The mail addresses of a domain's administrators, empty when it is none of ours. */
  public List<String> administrators(String domain) {
    return of(domain).mail();
  }

  /** The mail addresses that are asked as well when nobody decides; may be empty. */
  public List<String> escalateTo() {
    return escalateTo;
  }

  /** Whether a mail about this domain may go to this address; the settings may have changed. */
  public boolean mayBeAsked(String domain, String address) {
    return Stream.concat(administrators(domain).stream(), escalateTo.stream())
        .anyMatch(mail -> mail.equalsIgnoreCase(address));
  }

  /** Whether this account is one of the domain's administrators. */
  public boolean isAdministrator(Domain domain, Account account) {
    return of(domain.name()).jids().contains(account);
  }

  /**
   * As whom somebody counts where several must approve: the mail address, of those that are asked,
   * under which they logged in. Empty when they do not count.
   */
  public Optional<String> voter(String domain, String actor) {
    return Stream.concat(administrators(domain).stream(), escalateTo.stream())
        .filter(mail -> mail.equalsIgnoreCase(actor))
        .findFirst();
  }

  private Administrators of(String domain) {
    return administrators.getOrDefault(new Domain(domain), new Administrators(List.of(), Set.of()));
  }
}
