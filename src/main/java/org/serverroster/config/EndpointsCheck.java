package org.serverroster.config;

import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.serverroster.outbox.Departure;
import org.serverroster.outbox.Redaction;

/**
 * Looks at the endpoints of the settings once their components are there, before any route starts:
 * an option that does not exist is said in a line, and the program ends as with any senseless
 * setting.
 */
@Singleton
class EndpointsCheck {

  private final CamelContext context;

  EndpointsCheck(CamelContext context) {
    this.context = context;
  }

  void check(
      @Observes @Priority(2) StartupEvent event,
      @ConfigProperty(name = "events.to") Optional<String> events,
      @ConfigProperty(name = "notices.to") Optional<String> notices,
      @ConfigProperty(name = "commands.from") Optional<String> commands) {
    events.ifPresent(uri -> check("roster.events.uri", uri));
    notices.ifPresent(uri -> check("roster.notify.uri", uri));
    commands.ifPresent(uri -> check("roster.commands.uri", uri));
  }

  private void check(String setting, String uri) {
    try {
      context.getEndpoint(uri);
    } catch (ResolveEndpointFailedException e) {
      System.err.println(
          "Server Roster cannot start: %s makes no sense: write an endpoint as Camel knows it (%s)"
              .formatted(setting, new Redaction(uri).apply(Departure.describe(e))));
      throw new PreventFurtherStepsException(
          setting + " makes no sense", ServerRoster.SENSELESS_SETTINGS);
    }
  }
}
