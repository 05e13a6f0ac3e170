package org.serverroster.config;

import io.quarkus.agroal.runtime.health.DataSourceHealthCheck;
import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.camel.CamelContext;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
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
    return HealthCheckResponse.named(GROUP)
        .status(context.isStarted() && database.call().getStatus() == Status.UP)
        .build();
  }
}
