package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import org.apache.camel.CamelContext;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Not ready before the routes are: HTTP is answered a moment earlier, when no route has a health
 * check yet, and without routes every request would fail.
 */
@Readiness
@ApplicationScoped
class RoutesHealthCheck implements HealthCheck {

  private final CamelContext context;

  RoutesHealthCheck(CamelContext context) {
    this.context = context;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("routes").status(context.isStarted()).build();
  }
}
