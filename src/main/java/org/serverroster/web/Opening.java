package org.serverroster.web;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.apache.camel.CamelContext;

/**
 * Keeps everybody at the door while the routes are not there: HTTP is heard a second before they
 * are. What they would have answered is 503 with {@code Retry-After} then; the process is alive,
 * and not ready. The health checks themselves come and go with the routes, so nobody asks them
 * meanwhile. At the end HTTP goes first.
 */
@ApplicationScoped
class Opening {

  private static final int FIRST = 10_000;
  private static final String HEALTH = "/q/health";
  private static final String CLOSED = "Server Roster is starting: try again.";

  private final CamelContext context;

  Opening(CamelContext context) {
    this.context = context;
  }

  void mindTheDoor(@Observes Filters filters) {
    filters.register(this::admit, FIRST);
  }

  private void admit(RoutingContext request) {
    String path = request.normalizedPath();
    if (context.isStarted() || path.startsWith("/q/") && !path.startsWith(HEALTH)) {
      request.next();
    } else if (path.equals(HEALTH + "/live")) {
      answer(request, 200, "application/json", "{\"status\":\"UP\",\"checks\":[]}");
    } else if (path.startsWith(HEALTH)) {
      answer(
          request,
          503,
          "application/json",
          "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"routes\",\"status\":\"DOWN\"}]}");
    } else if (path.startsWith("/api/")) {
      answer(
          request,
          503,
          Problem.MEDIA_TYPE,
          "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\""
              + CLOSED
              + "\"}");
    } else {
      answer(request, 503, "text/plain; charset=utf-8", CLOSED);
    }
  }

  private static void answer(RoutingContext request, int status, String type, String body) {
    HttpServerResponse answer = request.response();
    answer.setStatusCode(status);
    answer.putHeader("Content-Type", type);
    answer.putHeader("Cache-Control", "no-store");
    answer.putHeader("Referrer-Policy", "no-referrer"); // the address of an approval is a secret
    if (status == 503) {
      answer.putHeader("Retry-After", "2");
    }
    answer.end(body);
  }
}
