package org.serverroster.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.serverroster.config.Settings;

/**
 * Refuses what another site makes a browser send: a browser that has our password adds it to any
 * request, whoever wrote the page (cross-site request forgery). Programs say neither header.
 */
class OwnPagesOnly {

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> OURS = Set.of("same-origin", "none");

  private final URI baseUrl;

  OwnPagesOnly(Settings settings) {
    this.baseUrl = settings.baseUrl();
  }

  @ServerRequestFilter
  Response check(ContainerRequestContext request) {
    if (SAFE.contains(request.getMethod()) || !request.getUriInfo().getPath().startsWith("/api/")) {
      return null;
    }
    String site = request.getHeaderString("Sec-Fetch-Site");
    String origin = request.getHeaderString("Origin");
    boolean ours =
        site == null
            ? origin == null || isOurs(origin)
            : OURS.contains(site.toLowerCase(Locale.ROOT));
    return ours ? null : Problem.of(403, "this was sent by a page that is not ours");
  }

  private boolean isOurs(String origin) {
    return origin.equals(baseUrl.getScheme() + "://" + baseUrl.getRawAuthority());
  }
}
