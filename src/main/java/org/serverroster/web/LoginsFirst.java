package org.serverroster.web;

import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.Priorities;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.serverroster.config.Settings;
import org.serverroster.config.Settings.Confirm;

/**
 * Finds out who asks before a thread is given to the request, which would wait for it. What came of
 * it, a failure as well, is there when the page asks.
 */
class LoginsFirst {

  /** Where this is done. */
  @NameBinding
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.TYPE, ElementType.METHOD})
  @interface Known {}

  private final CurrentIdentityAssociation identity;
  private final Confirm confirm;

  LoginsFirst(CurrentIdentityAssociation identity, Settings settings) {
    this.identity = identity;
    this.confirm = settings.approval().confirm();
  }

  @Known
  @ServerRequestFilter(priority = Priorities.AUTHENTICATION, nonBlocking = true)
  Uni<Void> know() {
    return confirm == Confirm.LOGIN
        ? identity.getDeferredIdentity().replaceWithVoid().onFailure().recoverWithNull()
        : null;
  }
}
