package org.serverroster.web;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/** An error as programs read it (RFC 9457, problem details). */
final class Problem {

  static final String MEDIA_TYPE = "application/problem+json";

  private Problem() {}

  /**
   * @param detail what to do about it, null when the title says it all; never what a stranger sent
   */
  static Response of(int status, String detail) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "about:blank");
    body.put("title", title(status));
    body.put("status", status);
    if (detail != null) {
      body.put("detail", detail);
    }
    Response.ResponseBuilder answer = Response.status(status).type(MEDIA_TYPE).entity(body);
    if (status == 401) {
      answer.header(HttpHeaders.WWW_AUTHENTICATE, Accounts.CHALLENGE);
    }
    return answer.build();
  }

  private static String title(int status) {
    Response.Status known = Response.Status.fromStatusCode(status);
    return known == null ? "Error" : known.getReasonPhrase();
  }
}
