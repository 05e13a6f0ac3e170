package org.serverroster.web;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.serverroster.roster.AlreadyDecidedException;
import org.serverroster.roster.Failures;
import org.serverroster.roster.StateForbidsException;
import org.serverroster.roster.UnknownPeerException;

/** Calls the routes that answer a request. */
@Singleton
class Routes {

  private static final String PARAMETERS = "CamelJdbcParameters";

  private final ProducerTemplate template;

  Routes(ProducerTemplate template) {
    this.template = template;
  }

  /** The row that the route finds, null when there is none. */
  @SuppressWarnings("unchecked")
  Map<String, Object> row(String route, Map<String, Object> parameters) {
    return call(route, parameters).getMessage().getBody(Map.class);
  }

  /** The rows that the route finds. */
  @SuppressWarnings("unchecked")
  List<Map<String, Object>> rows(String route, Map<String, Object> parameters) {
    return call(route, parameters).getMessage().getBody(List.class);
  }

  /**
   * Lets the route do its work.
   *
   * @throws AlreadyDecidedException when that is what the route found
   * @throws StateForbidsException likewise
   * @throws UnknownPeerException likewise
   * @throws RouteFailedException when it failed otherwise
   */
  Exchange call(String route, Map<String, Object> parameters) {
    Exchange answer =
        template.request(
            "direct:" + route, call -> call.getMessage().setHeader(PARAMETERS, parameters));
    Exception failure = answer.getException();
    if (failure == null) {
      return answer;
    }
    throw Failures.causes(failure)
        .flatMap(cause -> refusal(cause).stream())
        .findFirst()
        .orElseGet(() -> new RouteFailedException(route, failure));
  }

  /** What was asked for is the reason. */
  private static Optional<RuntimeException> refusal(Throwable cause) {
    return cause instanceof AlreadyDecidedException
            || cause instanceof StateForbidsException
            || cause instanceof UnknownPeerException
        ? Optional.of((RuntimeException) cause)
        : Optional.empty();
  }

  /** A route failed; the cause is for the log, not for whoever asked. */
  static final class RouteFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RouteFailedException(String route, Exception cause) {
      super("route " + route + " failed", cause);
    }
  }
}
