package org.serverroster.web;

import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** A page for people; {@link PageHeaders} protects it. */
final class Html {

  private Html() {}

  static Response page(int status, TemplateInstance page) {
    return Response.status(status)
        .type(MediaType.TEXT_HTML + ";charset=UTF-8")
        .entity(page.render())
        .build();
  }
}
