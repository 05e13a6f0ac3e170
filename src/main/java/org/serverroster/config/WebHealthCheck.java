package org.serverroster.config;

import io.quarkus.agroal.runtime.health.DataSourceHealthCheck;
import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.camel.CamelContext;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * The group {@code web}: whether pages and the REST interface can be used here. A replica that
 * stands by can, though it is not ready for what a server says: whoever distributes HTTP asks this.
 */
@HealthGroup(WebHealthCheck.GROUP)
@ApplicationScoped
class WebHealthCheck implements HealthCheck {

  static final String GROUP = "web";

  private final CamelContext context;
  private final HealthCheck database;

  WebHealthCheck(CamelContext context, @Readiness DataSourceHealthCheck database) {
    this.context = context;
    this.database = database;
  }

  @Override
  public HealthCheckResponse call() {
    boolean run = context.isStarted();
    HealthCheckResponse answer = database.call();
    HealthCheckResponseBuilder web =
        HealthCheckResponse.named(GROUP)
            .status(run && answer.getStatus() == Status.UP)
            .withData("routes", run ? "run" : "are being started, or stopped");
    answer.getData().ifPresent(data -> data.forEach((key, why) -> web.withData(key, "" + why)));
    return web.build();
  }
}
