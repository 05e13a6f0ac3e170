package org.serverroster.web;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.serverroster.approval.Decisions;
import org.serverroster.approval.LinkState;
import org.serverroster.approval.Links;
import org.serverroster.config.Outage;
import org.serverroster.config.Settings;
import org.serverroster.config.Settings.Confirm;
import org.serverroster.dossier.Dossier;
import org.serverroster.roster.AlreadyDecidedException;
import org.serverroster.roster.Change;
import org.serverroster.roster.Decision;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Failures;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.StateForbidsException;

/**
 * The pages behind the links of a mail. Opening one changes nothing, however often and by whomever;
 * only its form decides, once.
 */
@Path("/approval/{token}")
@Produces(MediaType.TEXT_HTML)
@LoginsFirst.Known
class ApprovalResource {

  private static final Logger LOG = Logger.getLogger("server-roster");

  private final Routes routes;
  private final Links links;
  private final Decisions decisions;
  private final Confirm confirm;
  private final int quorum;
  private final CurrentIdentityAssociation identity;
  private final java.time.Clock clock;
  private final Outage database;

  ApprovalResource(
      Routes routes,
      Links links,
      Decisions decisions,
      Settings settings,
      CurrentIdentityAssociation identity,
      java.time.Clock clock,
      Outage database) {
    this.routes = routes;
    this.links = links;
    this.decisions = decisions;
    this.confirm = settings.approval().confirm();
    this.quorum = settings.approval().quorum();
    this.identity = identity;
    this.clock = clock;
    this.database = database;
  }

  /** Shows what the link is about and, while it is open, the form. */
  @GET
  public Response open(@PathParam("token") String token, @QueryParam("decision") String wish) {
    return guarded(() -> page(find(token), choice(wish), null, 200));
  }

  /** Decides, if the form is one that {@link #open} gave. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @WholeForms.Read
  public Response decide(
      @PathParam("token") String token,
      @QueryParam("decision") String wish,
      @FormParam("decision") String pressed,
      @FormParam("nonce") String nonce,
      @FormParam("peer") String typed,
      @Context HttpServerRequest request) {
    return guarded(
        () -> decide(token, choice(pressed != null ? pressed : wish), nonce, typed, request));
  }

  /**
   * A form that cannot be read. All else that fails has its page already ({@link #guarded}).
   *
   * @param failure never told: it quotes what came
   */
  @ServerExceptionMapper
  Response unreadable(RuntimeException failure) {
    return ApprovalPages.unreadable(400);
  }

  /** What has the wrong type, for instance, or a field that is too long. */
  @ServerExceptionMapper
  Response refused(WebApplicationException failure) {
    int status = failure.getResponse().getStatus();
    return status < 400 ? failure.getResponse() : ApprovalPages.unreadable(status);
  }

  private Response decide(
      String token,
      Optional<Decision> decision,
      String nonce,
      String typed,
      HttpServerRequest request) {
    Link link = find(token);
    if (link.state() != LinkState.OPEN || mustLogIn()) {
      return page(link, decision, null, 409);
    }
    if (!links.confirms(nonce, link.text("key_material"), link.hash())) {
      return page(link, decision, "This form is no longer valid. Please decide again.", 403);
    }
    if (decision.isEmpty()) {
      return page(link, decision, "Please choose what to do.", 400);
    }
    if (confirm == Confirm.TYPE_DOMAIN && !isPeer(typed, link)) {
      return page(link, decision, "What you typed is not the name of the server that asks.", 400);
    }
    String actor =
        confirm == Confirm.LOGIN ? caller().getPrincipal().getName() : link.text("administrator");
    String origin = request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
    Change change = decisions.byLink(decision.get(), link.row(), link.hash(), actor, origin);
    try {
      routes.call("decide-for-a-person", change);
    } catch (AlreadyDecidedException late) {
      return page(find(token), decision, null, 409);
    } catch (StateForbidsException no) {
      return page(link, decision, no.getMessage(), 409);
    }
    Link used = find(token);
    return used.state() == LinkState.VOTED
        ? ApprovalPages.voted(used, quorum, 200)
        : ApprovalPages.done(decision.get(), link, change.stanzas());
  }

  private Response page(Link link, Optional<Decision> choice, String complaint, int conflict) {
    return switch (link.state()) {
      case UNKNOWN -> ApprovalPages.unknown(links.nonce(link.text("key_material"), link.hash()));
      case EXPIRED -> ApprovalPages.expired(link, conflict == 409 ? 409 : 410);
      case VOTED -> ApprovalPages.voted(link, quorum, conflict == 409 ? 409 : 410);
      case ENDED -> ApprovalPages.ended(link, conflict == 409 ? 409 : 410);
      case OPEN -> {
        if (mustLogIn()) {
          yield ApprovalPages.logIn(caller().isAnonymous());
        }
        yield ApprovalPages.form(
            link,
            choice,
            links.nonce(link.text("key_material"), link.hash()),
            confirm == Confirm.TYPE_DOMAIN,
            quorum,
            dossier(link),
            complaint,
            complaint == null ? 200 : conflict);
      }
    };
  }

  /** What is known; nobody is asked for it, so that the page is there at once. */
  private Dossier dossier(Link link) {
    return routes.call("read-dossier", link.row()).getMessage().getBody(Dossier.class);
  }

  private Link find(String token) {
    String hash = links.hash(token);
    Map<String, Object> row = routes.row("find-link", Map.of("tokenHash", hash));
    return new Link(hash, row, LinkState.of(row, clock.instant()));
  }

  private boolean mustLogIn() {
    return confirm == Confirm.LOGIN && !caller().hasRole("admin");
  }

  private SecurityIdentity caller() {
    return identity.getIdentity();
  }

  private static boolean isPeer(String typed, Link link) {
    try {
      return typed != null && Domain.of(typed.strip()).name().equals(link.text("peer"));
    } catch (InvalidDomainException e) {
      return false;
    }
  }

  private static Optional<Decision> choice(String wish) {
    if ("approve".equals(wish)) {
      return Optional.of(Decision.APPROVE);
    }
    return "deny".equals(wish) ? Optional.of(Decision.DENY) : Optional.empty();
  }

  /** Whatever fails here must not leave through a handler that logs the address: it is a secret. */
  private Response guarded(java.util.function.Supplier<Response> page) {
    try {
      return page.get();
    } catch (AuthenticationFailedException wrongPassword) {
      return ApprovalPages.logIn(true);
    } catch (PasswordChecks.BusyException full) {
      return Response.fromResponse(ApprovalPages.failed())
          .header(HttpHeaders.RETRY_AFTER, "1")
          .build();
    } catch (RuntimeException failure) {
      if (!database.isAway(failure)) { // that is told of once, not with every page
        LOG.warnf("approval-page-failed because=%s", Failures.describe(failure));
      }
      return ApprovalPages.failed();
    }
  }

  /** What a token stands for. */
  record Link(String hash, Map<String, Object> row, LinkState state) {
    String text(String column) {
      return (String) row.get(column);
    }
  }
}
