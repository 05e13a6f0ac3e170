package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.serverroster.outbox.Absence;
import org.serverroster.outbox.MailServer;

/**
 * Says where it can be seen that no mail leaves, since when and why. It never takes us out of
 * service: mail waits in the outbox, everything else goes on.
 */
@Readiness
@ApplicationScoped
class MailHealthCheck implements HealthCheck {

  private final MailServer mailServer;

  MailHealthCheck(MailServer mailServer) {
    this.mailServer = mailServer;
  }

  @Override
  public HealthCheckResponse call() {
    Absence absence = mailServer.absence();
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("mail-server").up();
    absence.since().ifPresent(since -> answer.withData("away-since", since.toString()));
    absence.reason().ifPresent(reason -> answer.withData("because", reason));
    return answer.build();
  }
}
