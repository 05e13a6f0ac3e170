package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the database takes what is written: one whose disk is full still lets everybody connect.
 * What passes by itself, as a deadlock does, is no reason to take this service out of use.
 */
@Readiness
@ApplicationScoped
class OutageHealthCheck implements HealthCheck {

  private static final Duration PASSING = Duration.ofSeconds(10);

  private final Outage outage;
  private final Clock clock;

  OutageHealthCheck(@Named("database") Outage outage, Clock clock) {
    this.outage = outage;
    this.clock = clock;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("database takes writes");
    Optional<Instant> since = outage.since();
    since.ifPresent(begun -> answer.withData("since", begun.toString()));
    outage.reason().ifPresent(reason -> answer.withData("because", reason));
    boolean lasts =
        since.map(begun -> !clock.instant().isBefore(begun.plus(PASSING))).orElse(false);
    return answer.status(!lasts).build();
  }
}
