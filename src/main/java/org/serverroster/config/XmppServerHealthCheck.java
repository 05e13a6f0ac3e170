package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.serverroster.outbox.XmppServer;

/**
 * Says where it can be seen for which of our domains the server takes no stanzas over, since when
 * and why: the stream may be well while a domain is without the server's module. It never takes us
 * out of service: stanzas wait in the outbox, and other domains may be well.
 */
@Readiness
@ApplicationScoped
class XmppServerHealthCheck implements HealthCheck {

  private final XmppServer xmppServer;

  XmppServerHealthCheck(XmppServer xmppServer) {
    this.xmppServer = xmppServer;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("xmpp-server").up();
    xmppServer
        .absences()
        .forEach(
            (domain, absence) -> {
              absence.reason().ifPresent(why -> answer.withData(domain, why));
              absence
                  .since()
                  .ifPresent(at -> answer.withData(domain.concat(" since"), at.toString()));
            });
    return answer.build();
  }
}
