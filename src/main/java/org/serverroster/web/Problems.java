package org.serverroster.web;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.serverroster.config.Outage;
import org.serverroster.outbox.PrintableFailure;
import org.serverroster.roster.AlreadyDecidedException;
import org.serverroster.roster.Failures;
import org.serverroster.roster.StateForbidsException;
import org.serverroster.roster.UnknownPeerException;

/** Turns what went wrong into problem details, and keeps what is none of the caller's business. */
class Problems {

  private static final Logger LOG = Logger.getLogger("server-roster");

  private final Outage database;

  Problems(Outage database) {
    this.database = database;
  }

  @ServerExceptionMapper
  Response known(WebApplicationException failure) {
    int status = failure.getResponse().getStatus();
    return Problem.of(status, status < 500 ? failure.getMessage() : null);
  }

  @ServerExceptionMapper
  Response unauthorized(UnauthorizedException failure) {
    return Problem.of(401, null);
  }

  @ServerExceptionMapper
  Response failed(AuthenticationFailedException failure) {
    return Problem.of(401, null);
  }

  @ServerExceptionMapper
  Response busy(PasswordChecks.BusyException failure) {
    return Response.fromResponse(Problem.of(503, "too many log in at this moment, try again"))
        .header(HttpHeaders.RETRY_AFTER, "1")
        .build();
  }

  @ServerExceptionMapper
  Response forbidden(ForbiddenException failure) {
    return Problem.of(403, null);
  }

  @ServerExceptionMapper
  Response forbiddenByState(StateForbidsException failure) {
    return Problem.of(409, failure.getMessage());
  }

  @ServerExceptionMapper
  Response late(AlreadyDecidedException failure) {
    return Problem.of(409, "somebody else, the peer or the clock was faster");
  }

  @ServerExceptionMapper
  Response unknown(UnknownPeerException failure) {
    return Problem.of(404, failure.getMessage());
  }

  @ServerExceptionMapper
  Response unavailable(Routes.RouteFailedException failure) {
    if (!database.isAway(failure)) { // that is told of once, not by everybody who asks meanwhile
      LOG.warnf("http-request-failed because=%s", Failures.describe(failure));
    }
    return Problem.of(503, "the roster cannot be reached, try again later");
  }

  @ServerExceptionMapper
  Response unexpected(RuntimeException failure) {
    LOG.error("http-request-failed", new PrintableFailure(failure));
    return Problem.of(500, null);
  }
}
