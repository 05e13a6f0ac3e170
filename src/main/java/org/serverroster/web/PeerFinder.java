package org.serverroster.web;

import jakarta.inject.Singleton;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import java.util.Map;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.LocalDomains;

/** Finds whom the path of a request means. */
@Singleton
class PeerFinder {

  private final Routes routes;
  private final LocalDomains domains;

  PeerFinder(Routes routes, LocalDomains domains) {
    this.routes = routes;
    this.domains = domains;
  }

  /**
   * One of our domains, by its name in any spelling.
   *
   * @throws NotFoundException when it is none of ours
   */
  Domain ours(String domain) {
    return domains
        .find(domain)
        .orElseThrow(() -> new NotFoundException("this domain's roster is not kept here"));
  }

  /**
   * A server, by its name in any spelling.
   *
   * @throws BadRequestException when it is not the name of a server
   */
  Domain server(String name) {
    try {
      return Domain.of(name);
    } catch (InvalidDomainException e) {
      throw new BadRequestException(e.getMessage());
    }
  }

  /**
   * A server that can become a peer, by its name in any spelling.
   *
   * @throws BadRequestException when it is not the name of a server, or one of our own
   */
  Domain other(String name) {
    try {
      return domains.other(name);
    } catch (InvalidDomainException e) {
      throw new BadRequestException(e.getMessage());
    }
  }

  /** The {@code state} of a peer and nothing else, null when it was never heard of. */
  Map<String, Object> standing(Domain domain, Domain peer) {
    return routes.row("find-standing", Map.of("domain", domain.name(), "peer", peer.name()));
  }

  /** The row of a peer, null when it was never heard of. */
  Map<String, Object> find(Domain domain, Domain peer) {
    return routes.row("find-peer", Map.of("domain", domain.name(), "peer", peer.name()));
  }
}
