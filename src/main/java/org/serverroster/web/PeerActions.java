package org.serverroster.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Optional;
import org.serverroster.approval.Decisions;
import org.serverroster.roster.Action;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;

/**
 * What an administrator does to a peer. The body is JSON or absent; what is absent in it has its
 * default. Answers with the peer as it is afterwards, or 409 with the reason why its state forbids
 * it.
 */
@Path("/api/v1/domains/{domain}/peers/{peer}")
@RolesAllowed("admin")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
class PeerActions {

  private static final int LONGEST_DELAY_DAYS = 3660;

  private final Routes routes;
  private final PeerFinder peers;
  private final Decisions decisions;
  private final CurrentIdentityAssociation identity;
  private final ObjectReader reader;

  PeerActions(
      Routes routes,
      PeerFinder peers,
      Decisions decisions,
      CurrentIdentityAssociation identity,
      ObjectMapper mapper) {
    this.routes = routes;
    this.peers = peers;
    this.decisions = decisions;
    this.identity = identity;
    this.reader =
        mapper
            .readerFor(Order.class)
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /**
   * What may be said with an action; each action reads what is its own.
   *
   * @param preApprove {@code subscribe}: whether the peer's own request is approved when it comes
   *     (RFC 6121, section 3.4); default true
   * @param subscribeBack {@code approve}: whether we ask for its presence in return (XEP-0267);
   *     default true
   * @param block {@code deny}: whether nothing more is heard of it; default false
   * @param reviewAfter {@code approve}: when the approval is to be confirmed, an ISO-8601 duration;
   *     default {@code roster.approval.review-after}
   * @param note why, for the audit trail, at most 2,000 characters, counted in UTF-16
   */
  record Order(
      Boolean preApprove, Boolean subscribeBack, Boolean block, String reviewAfter, String note) {}

  /** Asks the peer for its presence (XEP-0267, R2: only because an administrator says so). */
  @POST
  @Path("subscribe")
  public Response subscribe(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return Response.accepted(act(Action.SUBSCRIBE, domain, peer, body, request)).build();
  }

  @POST
  @Path("approve")
  public PeerView approve(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.APPROVE, domain, peer, body, request);
  }

  @POST
  @Path("deny")
  public PeerView deny(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.DENY, domain, peer, body, request);
  }

  /** Ends the trust in both directions (RFC 6121, sections 3.2 and 3.3). */
  @POST
  @Path("revoke")
  public PeerView revoke(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.REVOKE, domain, peer, body, request);
  }

  /** Gives up the peer's presence, or our request for it. */
  @POST
  @Path("unsubscribe")
  public PeerView unsubscribe(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.UNSUBSCRIBE, domain, peer, body, request);
  }

  /** Ends everything and drops what the peer still says. */
  @POST
  @Path("block")
  public PeerView block(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.BLOCK, domain, peer, body, request);
  }

  @POST
  @Path("unblock")
  public PeerView unblock(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.UNBLOCK, domain, peer, body, request);
  }

  /** Forgets a denial: the peer's next request, or the one that waits quietly, is asked about. */
  @POST
  @Path("allow-again")
  public PeerView allowAgain(
      @PathParam("domain") String domain,
      @PathParam("peer") String peer,
      String body,
      @Context HttpServerRequest request) {
    return act(Action.ALLOW_AGAIN, domain, peer, body, request);
  }

  private PeerView act(
      Action action, String domain, String peer, String body, HttpServerRequest request) {
    Domain ours = peers.ours(domain);
    Domain server = peers.other(peer);
    Order order = read(body, request);
    String origin = request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
    String actor = identity.getIdentity().getPrincipal().getName();
    Change change = decisions.byAdministrator(action, ours, server, actor, "rest", origin);
    change.because(Decisions.note(order.note()));
    change.choosing(order.preApprove(), order.subscribeBack(), order.block());
    change.put("reviewAfter", reviewAfter(order));
    routes.call("act-on-peer", change);
    return PeerView.of(peers.find(ours, server));
  }

  private Order read(String body, HttpServerRequest request) {
    if (body == null || body.isBlank()) {
      return new Order(null, null, null, null, null);
    }
    String type = request.getHeader("Content-Type");
    if (type == null || !MediaType.valueOf(type).isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
      throw new BadRequestException("the body must be application/json, or there must be none");
    }
    try {
      Order order = reader.readValue(body);
      if (order == null) {
        throw new BadRequestException("the body must be a JSON object");
      }
      Optional<String> flaw = Decisions.flaw(Decisions.note(order.note()));
      if (flaw.isPresent()) {
        throw new BadRequestException("note: " + flaw.get());
      }
      return order;
    } catch (JsonProcessingException e) {
      throw new BadRequestException(
          "the body must be a JSON object of preApprove, subscribeBack and block (true or false),"
              + " reviewAfter and note (text)");
    }
  }

  private static Duration reviewAfter(Order order) {
    if (order.reviewAfter() == null) {
      return null;
    }
    try {
      Duration period = Duration.parse(order.reviewAfter());
      if (period.isNegative() || period.isZero() || period.toDays() > LONGEST_DELAY_DAYS) {
        throw new BadRequestException("reviewAfter must be longer than nothing, at most ten years");
      }
      return period;
    } catch (DateTimeException e) {
      throw new BadRequestException("reviewAfter must be an ISO-8601 duration such as P365D");
    }
  }
}
