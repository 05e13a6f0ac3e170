package org.serverroster.config;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateConsumerException;
import org.apache.camel.FailedToCreateProducerException;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.RuntimeCamelException;
import org.eclipse.microprofile.config.Config;
import org.serverroster.outbox.PrintableFailure;
import org.serverroster.outbox.Redaction;
import org.serverroster.roster.Failures;

/**
 * Why the routes could not start, in a line for the operator: the innermost cause, without the
 * secrets that an endpoint or a setting may hold.
 */
final class BrokenStart {

  /** Values that may be an endpoint with a secret in it. */
  private static final Pattern ENDPOINT =
      Pattern.compile("(?i)(https?:.*|[a-z][a-z0-9+.-]+:.*[?@].*)");

  /** Whose values are no endpoints of an operator's. */
  private static final Pattern NO_ENDPOINT =
      Pattern.compile(
          "(?i)(java|jdk|sun|user|quarkus|camel[._]main|roster[._]db)[._].*|roster[._]base[._-]url");

  /** Names of settings that say where a secret is. */
  private static final Pattern PLACE = Pattern.compile("(?i).*(files?|path|location|directory)");

  /** The route that takes commands from the endpoint of the settings. */
  private static final String COMMANDS = "take-commands";

  private final Throwable failure;
  private final List<UnaryOperator<String>> redactions = new ArrayList<>();

  /**
   * @param failure what the routes could not start over
   * @param config whose secrets are not repeated
   */
  BrokenStart(Throwable failure, Config config) {
    this.failure = failure;
    Failures.causes(failure).forEach(this::hide);
    for (String name : config.getPropertyNames()) {
      Optional.ofNullable(config.getConfigValue(name).getValue())
          .ifPresent(value -> hide(name, value));
    }
    redactions.add(Redaction::ofNamed);
  }

  /** What is wrong. */
  String what() {
    return redacted(Failures.describe(failure));
  }

  /** What is wrong and what to do about it. */
  String line() {
    String what = what();
    Optional<String> route = route();
    if (exitCode() == ServerRoster.TRY_AGAIN) {
      return route.map("route "::concat).orElse("a route")
          + " does not reach what it needs: "
          + what;
    }
    if (exitCode() != ServerRoster.SENSELESS_SETTINGS) {
      return what;
    }
    if (route.equals(Optional.of(COMMANDS)) && !isDuplicate()) {
      return "roster.commands.uri makes no sense: write an endpoint that commands can come from ("
          + what
          + ")";
    }
    return route
            .map(
                id ->
                    "route " + id + " makes no sense: correct its file, or the setting it needs (")
            .orElse("a route file, or a setting of Camel, makes no sense: correct it (")
        + what
        + ")";
  }

  /** What happened, for what is nobody's mistake but ours. */
  String trace() {
    StringWriter trace = new StringWriter();
    new PrintableFailure(failure, this::redacted).printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }

  /** 75 for what may pass, 78 for what an operator has to mend, else 1. */
  int exitCode() {
    if (ServerRoster.passes(failure) || causes().anyMatch(BrokenStart::passes)) {
      return ServerRoster.TRY_AGAIN;
    }
    return causes().anyMatch(BrokenStart::isOfTheOperator) ? ServerRoster.SENSELESS_SETTINGS : 1;
  }

  private static boolean passes(Throwable cause) {
    return cause instanceof SocketException && !(cause instanceof BindException)
        || cause instanceof SocketTimeoutException
        || cause instanceof UnknownHostException
        || cause instanceof UnresolvedAddressException;
  }

  /** What Camel says of routes, endpoints and properties; files; a property that is not there. */
  private static boolean isOfTheOperator(Throwable cause) {
    String name = cause.getClass().getName();
    return name.startsWith("org.apache.camel.") && cause.getClass() != RuntimeCamelException.class
        || name.startsWith("org.snakeyaml.")
        || cause instanceof IllegalArgumentException
        || cause instanceof IOException;
  }

  private boolean isDuplicate() {
    return String.valueOf(failure.getMessage()).contains("Duplicate route ids");
  }

  private Optional<String> route() {
    return causes().map(BrokenStart::route).filter(Objects::nonNull).findFirst();
  }

  private static String route(Throwable cause) {
    if (cause instanceof FailedToCreateRouteException create) {
      return create.getRouteId();
    }
    return cause instanceof FailedToStartRouteException start ? start.getRouteId() : null;
  }

  private Stream<Throwable> causes() {
    return Failures.causes(failure);
  }

  private void hide(Throwable cause) {
    if (cause instanceof ResolveEndpointFailedException resolve) {
      redactions.add(new Redaction(resolve.getUri()));
    } else if (cause instanceof NoSuchEndpointException missing) {
      redactions.add(new Redaction(missing.getUri()));
    } else if (cause instanceof FailedToCreateConsumerException consumer) {
      redactions.add(new Redaction(consumer.getUri()));
    } else if (cause instanceof FailedToCreateProducerException producer) {
      redactions.add(new Redaction(producer.getUri()));
    } else if (cause instanceof PropertyBindingException binding && binding.getValue() != null) {
      hide(binding.getValue().toString());
    }
  }

  private void hide(String name, String value) {
    if (Redaction.opens(name) && !PLACE.matcher(name).matches()) {
      hide(value);
    } else if (ENDPOINT.matcher(value).matches() && !NO_ENDPOINT.matcher(name).matches()) {
      redactions.add(new Redaction(value));
    }
  }

  private void hide(String secret) {
    redactions.add(Redaction.ofSecret(secret));
  }

  private String redacted(String text) {
    String redacted = text;
    for (UnaryOperator<String> redaction : redactions) {
      redacted = redaction.apply(redacted);
    }
    return redacted;
  }
}
