package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.serverroster.outbox.Absence;
import org.serverroster.outbox.Receiver;

/**
 * Says how those outside are doing who get events or lines, or give commands. They are no reason to
 * take this service out of use, unless {@code roster.events.required} says so.
 */
@Readiness
@ApplicationScoped
class ReceiversHealthCheck implements HealthCheck {

  private final Receiver events;
  private final Receiver notices;
  private final CommandSource commands;
  private final Settings settings;

  ReceiversHealthCheck(
      @Named("eventsReceiver") Receiver events,
      @Named("noticesReceiver") Receiver notices,
      @Named("commandSource") CommandSource commands,
      Settings settings) {
    this.events = events;
    this.notices = notices;
    this.commands = commands;
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
    if (settings.commands().uri().isPresent()) {
      Absence absence = commands.absence();
      say(answer, "roster.commands.uri", commands.state(), absence.since());
    }
    return answer.status(!failing || !settings.events().required()).build();
  }

  private static boolean say(HealthCheckResponseBuilder answer, String setting, Receiver receiver) {
    String how = receiver.lastError().orElse("takes what it gets");
    say(answer, setting, how, receiver.failingSince());
    return receiver.lastError().isPresent();
  }

  private static void say(
      HealthCheckResponseBuilder answer, String setting, String how, Optional<Instant> since) {
    answer.withData(setting, how);
    since.ifPresent(at -> answer.withData(setting.concat(" since"), at.toString()));
  }
}
