package org.serverroster.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.BooleanSupplier;
import org.apache.camel.CamelContext;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.serverroster.xmpp.StreamState;
import org.serverroster.xmpp.XmppComponent;

/**
 * Not ready before the routes are, and the stream that they speak over: HTTP is answered a moment
 * earlier, when no route and no stream has a health check yet. Both are asked here, the stream
 * last, because a start that comes between two checks would make each of them right and both
 * together wrong.
 */
@Readiness
@ApplicationScoped
class RoutesHealthCheck implements HealthCheck {

  private final BooleanSupplier routesRun;
  private final BooleanSupplier streamIsUp;

  @Inject
  RoutesHealthCheck(CamelContext context, XmppComponent component, Settings settings) {
    this(
        context::isStarted,
        () -> component.streamState(settings.xmpp().component()) == StreamState.AUTHENTICATED);
  }

  RoutesHealthCheck(BooleanSupplier routesRun, BooleanSupplier streamIsUp) {
    this.routesRun = routesRun;
    this.streamIsUp = streamIsUp;
  }

  @Override
  public HealthCheckResponse call() {
    boolean run = routesRun.getAsBoolean();
    boolean up = streamIsUp.getAsBoolean();
    return HealthCheckResponse.named("routes")
        .status(run && up)
        .withData("routes", run ? "run" : "are being started, or stopped")
        .withData("stream", up ? "is there" : "is not there: see xmpp-component")
        .build();
  }
}
