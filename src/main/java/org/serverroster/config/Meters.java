package org.serverroster.config;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.camel.Body;
import org.serverroster.approval.Doorkeeper;
import org.serverroster.approval.Limits;
import org.serverroster.outbox.Disagreements;
import org.serverroster.roster.Change;
import org.serverroster.roster.Moments;
import org.serverroster.xmpp.StreamCounters;
import org.serverroster.xmpp.StreamState;
import org.serverroster.xmpp.XmppComponent;

/**
 * What is measured (docs/operations.md has the list), and traced at the same moments. No label has
 * a value that a peer chose, so nobody outside can make them many.
 */
@Singleton
@Named("meters")
@Unremovable
public class Meters {

  private static final Duration[] UNTIL_DECIDED = {
    Duration.ofMinutes(1),
    Duration.ofMinutes(15),
    Duration.ofHours(1),
    Duration.ofHours(4),
    Duration.ofDays(1),
    Duration.ofDays(3),
    Duration.ofDays(7),
    Duration.ofDays(14)
  };
  private static final Duration[] UNTIL_LEFT = {
    Duration.ofMillis(10),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(5),
    Duration.ofHours(1)
  };
  private static final List<String> CHANNELS =
      List.of("xmpp", "mail", "digest", "event", "notice", "parked");

  private final MeterRegistry registry;
  private final Traces traces;
  private final Clock clock;
  private final XmppComponent component;
  private final String jid;
  private volatile Map<String, Queue> queues = Map.of();

  /**
   * What waits.
   *
   * @param rows how many
   * @param oldest since when the first of them waits
   */
  private record Queue(double rows, Instant oldest) {
    private static final Queue EMPTY = new Queue(0, null);
  }

  Meters(
      MeterRegistry registry,
      Traces traces,
      Clock clock,
      XmppComponent component,
      Settings settings,
      @Named("limits") Limits limits,
      @Named("doorkeeper") Doorkeeper doorkeeper,
      Disagreements disagreements,
      @Named("database") Outage database,
      @Named("commandSource") CommandSource commandSource) {
    this.registry = registry;
    this.traces = traces;
    this.clock = clock;
    this.component = component;
    this.jid = settings.xmpp().component();
    stream();
    Gauge.builder("roster.database.up", () -> database.isOut() ? 0 : 1)
        .description("0 while the database is known to be away, or to take no writes")
        .register(registry);
    Gauge.builder("roster.commands.up", () -> commandSource.absence().since().isPresent() ? 0 : 1)
        .description("0 while the endpoint that commands come from is known to be away")
        .register(registry);
    List.of("done", "refused", "parked", "repeated").forEach(this::commands);
    FunctionCounter.builder("roster.requests.refused", limits, Limits::refused)
        .description("Requests that were one too many (roster.limits.*)")
        .register(registry);
    FunctionCounter.builder("roster.probes.distrusted", disagreements, Disagreements::count)
        .description("Probes of peers that believe to be trusted and are not")
        .register(registry);
    FunctionCounter.builder("roster.stanzas.turned.away", doorkeeper, Doorkeeper::turnedAway)
        .description("Presence that is not from server to server, or not for us")
        .register(registry);
    for (String channel : CHANNELS) {
      waiting("roster.outbox.rows", channel, Queue::rows, "Rows of the outbox that wait");
      waiting(
          "roster.outbox.oldest.seconds", channel, this::age, "For how long the first has waited");
    }
    Gauge.builder("roster.requests.open", () -> queue("request").rows())
        .description("Requests that wait for a decision")
        .register(registry);
    Gauge.builder("roster.requests.oldest.seconds", () -> age(queue("request")))
        .description("For how long the first of them has waited")
        .register(registry);
  }

  /** A stanza, a decision or the clock has been judged. */
  public void judged(Change change) {
    traces.judged(change);
    String outcome = String.valueOf(change.get("action"));
    if (change.get("stanza") != null) {
      registry
          .counter("roster.stanzas", "type", change.text("stanza"), "outcome", outcome)
          .increment();
    } else {
      registry
          .counter("roster.decisions", "via", change.text("via"), "outcome", outcome)
          .increment();
    }
    if (change.is("ends") && change.get("openedAt") != null) {
      Timer.builder("roster.request.to.decision")
          .description("From a request until it was decided, withdrawn or expired")
          .tag("outcome", String.valueOf(change.get("outcome")))
          .serviceLevelObjectives(UNTIL_DECIDED)
          .register(registry)
          .record(positive(Duration.between(change.time("openedAt"), change.now())));
    }
  }

  /** A row of the outbox has left. */
  public void left(Map<String, Object> departure) {
    traces.left(departure);
    Timer.builder("roster.delivery")
        .description("From a commit until what it sends was taken: for a decision, until the wire")
        .tag("channel", String.valueOf(departure.get("channel")))
        .tag("kind", kind(departure))
        .serviceLevelObjectives(UNTIL_LEFT)
        .register(registry)
        .record(positive(age(Moments.instant(departure.get("created_at")))));
  }

  /** A row of the outbox could not leave and was put off, or parked. */
  public void failed(Map<String, Object> departure) {
    traces.failed(departure);
    registry
        .counter("roster.delivery.failures", "channel", String.valueOf(departure.get("channel")))
        .increment();
  }

  /** A command of {@code roster.commands.uri} was settled. */
  public void commanded(Map<String, Object> order) {
    commands(String.valueOf(order.get("outcome"))).increment();
  }

  private Counter commands(String outcome) {
    return Counter.builder("roster.commands")
        .description("Commands of pipelines, by what became of them")
        .tag("outcome", outcome)
        .register(registry);
  }

  /**
   * What waits by now.
   *
   * @param rows {@code waits}, {@code rows_waiting}, {@code oldest}
   */
  public void measured(@Body List<Map<String, Object>> rows) {
    Map<String, Queue> now = new ConcurrentHashMap<>();
    for (Map<String, Object> row : rows) {
      now.put(
          (String) row.get("waits"),
          new Queue(
              ((Number) row.get("rows_waiting")).doubleValue(),
              Moments.instant(row.get("oldest"))));
    }
    queues = now;
  }

  private void stream() {
    Gauge.builder(
            "roster.stream.up",
            () -> component.streamState(jid) == StreamState.AUTHENTICATED ? 1 : 0)
        .description("1 while the component stream is up")
        .register(registry);
    for (StreamState state : StreamState.values()) {
      Gauge.builder("roster.stream.state", () -> component.streamState(jid) == state ? 1 : 0)
          .description("1 for the state that the component stream is in; conflict: standing by")
          .tag("state", state.name().toLowerCase(java.util.Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("roster.stream.waiting", () -> component.stanzasWaiting(jid))
        .description("Stanzas that have arrived and wait for a worker")
        .register(registry);
    stanzas("received", StreamCounters::received);
    stanzas("sent", StreamCounters::sent);
    stanzas("unclaimed", StreamCounters::unclaimed);
    stanzas("failed", StreamCounters::failed);
    stanzas("misrouted", StreamCounters::misrouted);
    stanzas("forbidden", StreamCounters::forbidden);
    stanzas("unparsable", StreamCounters::unparsable);
    stanzas("overcomplex", StreamCounters::overcomplex);
    counter(
        "roster.stream.connections", "Times that the stream was made", StreamCounters::connections);
    counter(
        "roster.stream.malformed",
        "Streams that ended over what is no XMPP",
        StreamCounters::malformed);
    counter(
        "roster.stream.oversized",
        "Streams that ended over a stanza of too many bytes",
        StreamCounters::oversized);
  }

  private void stanzas(String outcome, ToLongFunction<StreamCounters> count) {
    FunctionCounter.builder("roster.stream.stanzas", component, c -> count(count))
        .description("Stanzas on the component stream")
        .tag("outcome", outcome)
        .register(registry);
  }

  private void counter(String name, String description, ToLongFunction<StreamCounters> count) {
    FunctionCounter.builder(name, component, c -> count(count))
        .description(description)
        .register(registry);
  }

  private double count(ToLongFunction<StreamCounters> count) {
    StreamCounters counters = component.streamCounters(jid);
    return counters == null ? 0 : count.applyAsLong(counters);
  }

  private void waiting(
      String name, String channel, ToDoubleFunction<Queue> value, String description) {
    Gauge.builder(name, () -> value.applyAsDouble(queue(channel)))
        .description(description)
        .tag("channel", channel)
        .register(registry);
  }

  private Queue queue(String name) {
    return queues.getOrDefault(name, Queue.EMPTY);
  }

  private double age(Queue queue) {
    return queue.oldest() == null ? 0 : positive(age(queue.oldest())).toMillis() / 1e3;
  }

  private Duration age(Instant since) {
    return since == null ? Duration.ZERO : Duration.between(since, clock.instant());
  }

  /** The kinds of an event are those of the outbox; only stanzas and mails have few of them. */
  private static String kind(Map<String, Object> departure) {
    Object channel = departure.get("channel");
    return "xmpp".equals(channel) || "mail".equals(channel)
        ? String.valueOf(departure.get("kind"))
        : String.valueOf(channel);
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
