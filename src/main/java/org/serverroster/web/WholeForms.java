package org.serverroster.web;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Reads a form that a stranger sends, all of it, before a thread is given to it: those who send
 * half of one and wait would take all threads otherwise. It goes by the method that is called, so
 * the spelling of an address makes no difference.
 */
class WholeForms {

  /** Where this is done. */
  @NameBinding
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @interface Read {}

  /** In bytes: our forms have three short fields. */
  private static final int LONGEST = 16 * 1024;

  @Read
  @ServerRequestFilter(priority = Priorities.ENTITY_CODER, nonBlocking = true)
  Uni<Response> read(ContainerRequestContext request, HttpServerRequest connection) {
    return Uni.createFrom()
        .emitter(
            whole -> {
              Buffer form = Buffer.buffer();
              if (connection.isEnded()) {
                whole.complete(null);
                return;
              }
              if ("100-continue".equalsIgnoreCase(connection.getHeader(HttpHeaders.EXPECT))) {
                connection.response().writeContinue();
              }
              connection.handler(
                  part -> {
                    if (form.length() + part.length() > LONGEST) {
                      connection.pause();
                      whole.complete(tooLong());
                    } else {
                      form.appendBuffer(part);
                    }
                  });
              connection.endHandler(
                  end -> {
                    request.setEntityStream(new ByteArrayInputStream(form.getBytes()));
                    whole.complete(null);
                  });
              connection.resume();
            });
  }

  /** The connection has to end: nobody reads the rest. */
  private static Response tooLong() {
    return Response.fromResponse(ApprovalPages.unreadable(413))
        .header("Connection", "close")
        .build();
  }
}
