package org.serverroster.web;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.serverroster.dossier.Dossier;
import org.serverroster.roster.Domain;

/**
 * What is known about a peer. Its server is asked, for three seconds, if nobody has within the
 * hour.
 */
@Path("/api/v1/domains/{domain}/peers/{peer}/dossier")
@RolesAllowed({"admin", "auditor"})
@Produces(MediaType.APPLICATION_JSON)
class DossierResource {

  private final Routes routes;
  private final PeerFinder peers;

  DossierResource(Routes routes, PeerFinder peers) {
    this.routes = routes;
    this.peers = peers;
  }

  @GET
  public Dossier dossier(@PathParam("domain") String domain, @PathParam("peer") String peer) {
    Domain ours = peers.ours(domain);
    Domain server = peers.other(peer);
    if (peers.find(ours, server) == null) {
      throw new NotFoundException("this peer has never been heard of");
    }
    Map<String, Object> pair = Map.of("domain", ours.name(), "peer", server.name());
    routes.call("gather-dossier", pair);
    return routes.call("read-dossier", pair).getMessage().getBody(Dossier.class);
  }
}
