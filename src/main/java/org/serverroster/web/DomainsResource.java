package org.serverroster.web;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.Subscription;

/** The roster for programs to read: our domains, their peers, and whether one is trusted. */
@Path("/api/v1/domains")
@Produces(MediaType.APPLICATION_JSON)
class DomainsResource {

  private static final int LARGEST_PAGE = 500;

  private final Routes routes;
  private final LocalDomains domains;
  private final PeerFinder peers;
  private final StreamReport stream;

  DomainsResource(Routes routes, LocalDomains domains, PeerFinder peers, StreamReport stream) {
    this.routes = routes;
    this.domains = domains;
    this.peers = peers;
    this.stream = stream;
  }

  /** All our domains. */
  record DomainsView(List<DomainView> domains) {}

  /**
   * One of our domains.
   *
   * @param stream the state of the component stream that it speaks through
   * @param counts the number of its peers by state; states without peers are left out
   */
  record DomainView(String domain, String stream, Map<String, Long> counts) {}

  /**
   * A page of peers in alphabetical order.
   *
   * @param next the cursor of the next page, null on the last one
   */
  record PeersView(List<PeerView> peers, String next) {}

  /**
   * The answer to "may this server in?".
   *
   * @param state the state of the subscription, {@code none} when the peer is unknown
   */
  @RegisterForReflection
  record TrustView(boolean trusted, String domain, String peer, String state) {}

  @GET
  @RolesAllowed({"admin", "auditor"})
  public DomainsView domains() {
    Map<String, Map<String, Long>> counts = new HashMap<>();
    for (Map<String, Object> row : routes.rows("count-peers", Map.of())) {
      counts
          .computeIfAbsent((String) row.get("domain"), domain -> new TreeMap<>())
          .put((String) row.get("state"), ((Number) row.get("peers")).longValue());
    }
    return new DomainsView(
        domains.all().stream()
            .map(
                domain ->
                    new DomainView(
                        domain.name(),
                        stream.state(),
                        counts.getOrDefault(domain.name(), Map.of())))
            .toList());
  }

  @GET
  @Path("{domain}/peers")
  @RolesAllowed({"admin", "auditor"})
  public PeersView peers(
      @PathParam("domain") String domain,
      @QueryParam("state") String state,
      @QueryParam("q") String part,
      @QueryParam("limit") @DefaultValue("50") int limit,
      @QueryParam("cursor") String cursor) {
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw new BadRequestException("limit must be from 1 to " + LARGEST_PAGE);
    }
    if (part != null && part.indexOf('\0') >= 0) {
      throw new BadRequestException("q must be a part of a name");
    }
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("domain", peers.ours(domain).name());
    parameters.put("state", blank(state) ? null : known(state));
    parameters.put("part", blank(part) ? null : part.toLowerCase(java.util.Locale.ROOT));
    parameters.put("after", cursor == null ? "" : read(cursor));
    parameters.put("limit", limit + 1);
    List<Map<String, Object>> rows = routes.rows("list-peers", parameters);
    List<PeerView> page = rows.stream().limit(limit).map(PeerView::of).toList();
    return new PeersView(page, rows.size() > limit ? write(page.get(limit - 1).peer()) : null);
  }

  @GET
  @Path("{domain}/peers/{peer}")
  @RolesAllowed({"admin", "auditor"})
  public PeerView peer(@PathParam("domain") String domain, @PathParam("peer") String peer) {
    Map<String, Object> row = peers.find(peers.ours(domain), peers.server(peer));
    if (row == null) {
      throw new NotFoundException("this peer has never been heard of");
    }
    return PeerView.of(row);
  }

  @GET
  @Path("{domain}/trusted/{peer}")
  @RolesAllowed({"admin", "auditor", "enforcer"})
  public Response trusted(@PathParam("domain") String domain, @PathParam("peer") String peer) {
    Domain ours = peers.ours(domain);
    Domain server = peers.server(peer);
    Map<String, Object> row = peers.standing(ours, server);
    Subscription state =
        row == null ? Subscription.NONE : Subscription.ofState((String) row.get("state"));
    TrustView answer = new TrustView(state.from(), ours.name(), server.name(), state.state());
    return Response.status(answer.trusted() ? Response.Status.OK : Response.Status.NOT_FOUND)
        .entity(answer)
        .build();
  }

  private static String known(String state) {
    try {
      // A plus sign in a query stands for a space unless it is escaped; no state has a space.
      return Subscription.ofState(state.replace(' ', '+')).state();
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("state must be one of the nine states of RFC 6121");
    }
  }

  private static boolean blank(String text) {
    return text == null || text.isBlank();
  }

  private static String write(String peer) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(peer.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(String cursor) {
    try {
      String peer = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      return new Domain(peer).name();
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("the cursor is not one that a page has given");
    }
  }
}
