package org.serverroster.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Puts on every page, and on whatever is answered at the address of an approval, the headers that
 * keep address and content to the reader.
 */
class PageHeaders {

  @ServerResponseFilter
  void protect(ContainerRequestContext request, ContainerResponseContext answer) {
    MediaType type = answer.getMediaType();
    boolean page = type != null && MediaType.TEXT_HTML_TYPE.isCompatible(type);
    if (!page && !request.getUriInfo().getPath().startsWith("/approval/")) {
      return;
    }
    MultivaluedMap<String, Object> headers = answer.getHeaders();
    headers.putSingle("Referrer-Policy", "no-referrer");
    headers.putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
    headers.putSingle(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'");
    headers.putSingle("X-Content-Type-Options", "nosniff");
    headers.putSingle("X-Frame-Options", "DENY");
    headers.putSingle("X-Robots-Tag", "noindex, nofollow");
    headers.putSingle("Cross-Origin-Opener-Policy", "same-origin");
  }
}
