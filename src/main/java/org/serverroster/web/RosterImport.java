package org.serverroster.web;

import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.serverroster.approval.Decisions;
import org.serverroster.roster.Action;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.StateForbidsException;

/**
 * Takes over the roster that one of our domains had elsewhere. Nothing that is known here is
 * changed by it, and a file of which anything cannot be read changes nothing at all. Each peer is a
 * change of its own, audited as {@code peer-imported}; so what was interrupted is sent again, and
 * what is there by then is told as unchanged.
 */
@Path("/api/v1/domains/{domain}/roster")
@RolesAllowed("admin")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
class RosterImport {

  private static final MediaType CSV = MediaType.valueOf("text/csv");
  private static final String ASKS_AGAIN =
      "its request that waited is not taken over: it is asked about when it comes again";

  private final Routes routes;
  private final PeerFinder peers;
  private final LocalDomains domains;
  private final Decisions decisions;
  private final CurrentIdentityAssociation identity;

  RosterImport(
      Routes routes,
      PeerFinder peers,
      LocalDomains domains,
      Decisions decisions,
      CurrentIdentityAssociation identity) {
    this.routes = routes;
    this.peers = peers;
    this.domains = domains;
    this.decisions = decisions;
    this.identity = identity;
  }

  /**
   * What became of an import, or would.
   *
   * @param dryRun whether nothing was written
   * @param imported how many peers are known now that were not
   * @param unchanged how many were as the file says already
   * @param refused how many differ from what is known here, and were left as they are
   */
  record Report(
      String domain,
      boolean dryRun,
      long imported,
      long unchanged,
      long refused,
      List<Line> peers) {}

  /**
   * What became of one peer.
   *
   * @param state by the file
   * @param outcome {@code imported}, {@code unchanged} or {@code refused}
   * @param reason why it was refused, or what was not taken over; null when there is nothing to say
   */
  record Line(String peer, String state, boolean blocked, String outcome, String reason) {}

  /**
   * Imports a roster as {@code GET} of the same path exports it, {@code application/json} or {@code
   * text/csv}.
   *
   * @param dryRun {@code true} to be told what would become of it, and nothing more
   */
  @POST
  public Report take(
      @PathParam("domain") String domain,
      @QueryParam("dryRun") String dryRun,
      String body,
      @Context HttpServerRequest request) {
    Domain ours = peers.ours(domain);
    if (dryRun != null && !dryRun.equals("true") && !dryRun.equals("false")) {
      throw new BadRequestException("dryRun is true or false");
    }
    boolean dry = "true".equals(dryRun);
    List<RosterFile.Entry> entries = read(body == null ? "" : body, ours, request);
    if (entries.stream().anyMatch(entry -> domains.has(entry.peer()))) {
      throw new BadRequestException("one of the peers is a domain of our own");
    }
    List<Line> lines = new ArrayList<>();
    for (RosterFile.Entry entry : entries) {
      lines.add(take(entry, ours, dry, request));
    }
    return new Report(
        ours.name(),
        dry,
        count(lines, "imported"),
        count(lines, "unchanged"),
        count(lines, "refused"),
        lines);
  }

  private static List<RosterFile.Entry> read(String body, Domain ours, HttpServerRequest request) {
    MediaType type = type(request.getHeader("Content-Type"));
    try {
      if (type.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
        return RosterFile.json(body, ours);
      }
      if (type.isCompatible(CSV)) {
        return RosterFile.csv(body, ours);
      }
    } catch (RosterFile.UnreadableException e) {
      throw new BadRequestException(e.getMessage());
    }
    throw new NotSupportedException("a roster comes as application/json or text/csv");
  }

  private static MediaType type(String header) {
    try {
      if (header != null && !MediaType.valueOf(header).isWildcardType()) {
        return MediaType.valueOf(header);
      }
    } catch (IllegalArgumentException e) {
      // the same as none
    }
    throw new NotSupportedException("a roster comes as application/json or text/csv");
  }

  private Line take(RosterFile.Entry entry, Domain ours, boolean dry, HttpServerRequest request) {
    String note = entry.state().pendingIn() ? ASKS_AGAIN : null;
    String origin = request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
    String actor = identity.getIdentity().getPrincipal().getName();
    Change change =
        decisions.byAdministrator(Action.IMPORT, ours, entry.peer(), actor, "rest", origin);
    change.adopts(entry.state(), entry.blocked());
    try {
      routes.call(dry ? "try-act" : "act-on-peer", change);
    } catch (StateForbidsException e) {
      return line(entry, "refused", e.getMessage());
    }
    boolean imported = "peer-imported".equals(change.text("action"));
    return line(entry, imported ? "imported" : "unchanged", note);
  }

  private static Line line(RosterFile.Entry entry, String outcome, String reason) {
    return new Line(entry.peer().name(), entry.state().state(), entry.blocked(), outcome, reason);
  }

  private static long count(List<Line> lines, String outcome) {
    return lines.stream().filter(line -> line.outcome().equals(outcome)).count();
  }
}
