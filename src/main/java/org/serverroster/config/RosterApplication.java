package org.serverroster.config;

import io.quarkus.runtime.QuarkusApplication;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.quarkus.core.CamelRuntime;
import org.eclipse.microprofile.config.Config;
import org.serverroster.outbox.Redaction;
import org.serverroster.roster.Failures;

/**
 * Runs the routes until the end. An endpoint of the settings that Camel does not understand, an
 * option that does not exist for instance, is said in a line, as any other senseless setting; so is
 * whatever else they cannot start over.
 */
class RosterApplication implements QuarkusApplication {

  private static final Map<String, String> ENDPOINTS =
      Map.of(
          "roster.events.uri", "events.to",
          "roster.notify.uri", "notices.to",
          "roster.commands.uri", "commands.from");

  private final CamelRuntime runtime;
  private final Config config;

  RosterApplication(CamelRuntime runtime, Config config) {
    this.runtime = runtime;
    this.config = config;
  }

  @Override
  public int run(String... arguments) {
    try {
      runtime.start(arguments);
    } catch (RuntimeException e) {
      if (isBeingStopped()) {
        return 0; // whoever stops us in the middle of the start knows why it does not go on
      }
      if (ServerRoster.problem(e).isPresent()) {
        throw e;
      }
      Map<String, String> problems = problems(runtime.getCamelContext());
      if (problems.isEmpty()) {
        return say(new BrokenStart(e, config));
      }
      problems.forEach(
          (setting, problem) ->
              System.err.printf(
                  "Server Roster cannot start: %s makes no sense: write an endpoint as Camel knows"
                      + " it (%s)%n",
                  setting, problem));
      return ServerRoster.SENSELESS_SETTINGS;
    }
    return runtime.waitForExit();
  }

  /** Whether the process is ending, because somebody has asked for that. */
  private static boolean isBeingStopped() {
    Thread nothing = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(nothing);
      return !Runtime.getRuntime().removeShutdownHook(nothing);
    } catch (IllegalStateException ending) {
      return true;
    }
  }

  /** Camel's own words are switched off, and the log has ended when Quarkus would say it. */
  private static int say(BrokenStart broken) {
    System.err.println("Server Roster cannot start: " + broken.line());
    if (broken.exitCode() == 1) {
      System.err.print(broken.trace());
    }
    return broken.exitCode();
  }

  private Map<String, String> problems(CamelContext context) {
    Map<String, String> problems = new LinkedHashMap<>();
    ENDPOINTS.forEach(
        (setting, derived) ->
            config
                .getOptionalValue(derived, String.class)
                .ifPresent(
                    uri -> {
                      try {
                        context.getEndpoint(uri);
                      } catch (ResolveEndpointFailedException e) {
                        problems.put(setting, new Redaction(uri).apply(Failures.describe(e)));
                      }
                    }));
    return problems;
  }
}
