package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.serverroster.outbox.Receiver;

/**
 * Says how those outside are doing who get events or lines. They are no reason to take this service
 * out of use, unless {@code roster.events.required} says so.
 */
@Readiness
@ApplicationScoped
class ReceiversHealthCheck implements HealthCheck {

  private final Receiver events;
  private final Receiver notices;
  private final Settings settings;

  ReceiversHealthCheck(
      @Named("eventsReceiver") Receiver events,
      @Named("noticesReceiver") Receiver notices,
      Settings settings) {
    this.events = events;
    this.notices = notices;
    this.settings = settings;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("receivers");
    boolean failing =
        settings.events().uri().isPresent() && say(answer, "roster.events.uri", events);
    if (settings.notices().uri().isPresent()) {
      say(answer, "roster.notify.uri", notices);
    }
    return answer.status(!failing || !settings.events().required()).build();
  }

  private static boolean say(HealthCheckResponseBuilder answer, String setting, Receiver receiver) {
    answer.withData(setting, receiver.lastError().orElse("takes what it gets"));
    receiver
        .failingSince()
        .ifPresent(since -> answer.withData(setting.concat(" since"), since.toString()));
    return receiver.lastError().isPresent();
  }
}
