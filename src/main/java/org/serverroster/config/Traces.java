package org.serverroster.config;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.serverroster.outbox.Absence;
import org.serverroster.roster.Change;
import org.serverroster.roster.Moments;

/**
 * Tells a collector, by OpenTelemetry's protocol, what became of each request: one trace ({@link
 * RequestIds}) from the stanza over the mails and the decision to the answer on the wire. What is
 * done to a peer without a request has a trace of its own. A span is told of when it is over, so
 * nothing is kept of it meanwhile; without {@code roster.tracing.endpoint} nothing is done at all.
 *
 * <p>Mail addresses and other names of people are not told. The protocol's standard settings
 * ({@code OTEL_SERVICE_NAME}, {@code OTEL_EXPORTER_OTLP_HEADERS} and so on) are read from the
 * environment.
 */
@Singleton
class Traces {

  private static final AttributeKey<String> REQUEST =
      AttributeKey.stringKey("server_roster.request");
  private static final AttributeKey<String> DOMAIN = AttributeKey.stringKey("server_roster.domain");
  private static final AttributeKey<String> PEER = AttributeKey.stringKey("server_roster.peer");
  private static final AttributeKey<String> OUTCOME =
      AttributeKey.stringKey("server_roster.outcome");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("server_roster.state");
  private static final AttributeKey<String> VIA = AttributeKey.stringKey("server_roster.via");
  private static final AttributeKey<String> WIRE_ID =
      AttributeKey.stringKey("server_roster.wire_id");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("server_roster.attempt");
  private static final AttributeKey<Double> WAITED =
      AttributeKey.doubleKey("server_roster.waited_s");

  private static final Set<String> MAILS = Set.of("mail", "digest");
  private static final Set<String> WITHOUT_KIND = Set.of("notice", "digest");

  /** A class of exceptions, and an SMTP reply with its enhanced code (RFC 5321, RFC 3463). */
  private static final Pattern KIND_OF_FAILURE =
      Pattern.compile("\\w+(: \\d{3}\\b( \\d\\.\\d{1,3}\\.\\d{1,3}\\b)?)?");

  private final RequestIds ids = new RequestIds();
  private final Clock clock;
  private final AfterTransaction transactions;
  private final Optional<SdkTracerProvider> provider;

  @Inject
  Traces(Settings settings, Clock clock, AfterTransaction transactions) {
    this.clock = clock;
    this.transactions = transactions;
    this.provider = settings.tracing().endpoint().map(this::provider);
  }

  /** For tests: traces to a provider that has our ids. */
  Traces(
      Function<RequestIds, SdkTracerProvider> provider,
      Clock clock,
      AfterTransaction transactions) {
    this.clock = clock;
    this.transactions = transactions;
    this.provider = Optional.of(provider.apply(ids));
  }

  private SdkTracerProvider provider(String endpoint) {
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> Map.of("otel.service.name", "server-roster"))
            .addPropertiesCustomizer( // whatever the environment says: there is no other exporter
                config ->
                    Map.of(
                        "otel.traces.exporter", "otlp",
                        "otel.exporter.otlp.endpoint", endpoint,
                        "otel.exporter.otlp.traces.endpoint", traces(endpoint),
                        "otel.exporter.otlp.traces.protocol", "http/protobuf",
                        "otel.exporter.otlp.protocol", "http/protobuf",
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none"))
            .addSpanExporterCustomizer(
                (exporter, config) ->
                    new WatchedExporter(exporter, new Absence("trace-collector", clock)))
            .addTracerProviderCustomizer((builder, config) -> builder.setIdGenerator(ids))
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    return sdk.getSdkTracerProvider();
  }

  /**
   * A stanza, a decision or the clock has been judged; told of once its transaction is over, if it
   * has changed something: a peer that repeats itself makes no spans.
   */
  void judged(Change change) {
    if (provider.isEmpty() || !change.is("lasting")) {
      return;
    }
    String stanza = change.text("stanza");
    String name =
        stanza != null
            ? "receive " + stanza
            : word(Optional.ofNullable(change.text("decision")).orElse(change.text("act")));
    AttributesBuilder attributes = about(change.get("request"), change);
    attributes.put(OUTCOME, change.text("action"));
    attributes.put(STATE, change.text("state"));
    attributes.put(VIA, change.text("via"));
    UUID begins = change.is("opens") ? uuid(change.get("request")) : null;
    SpanKind kind = stanza == null ? SpanKind.INTERNAL : SpanKind.CONSUMER;
    UUID request = uuid(change.get("request"));
    Attributes all = attributes.build();
    transactions.then(
        committed -> {
          Span span = start(begins, request, name, kind, change.now().toInstant(), all);
          if (!committed) {
            span.setStatus(StatusCode.ERROR, "rolled back");
          }
          span.end(clock.instant());
        });
  }

  /** A row of the outbox has left. */
  void left(Map<String, Object> departure) {
    provider.ifPresent(there -> departure(departure, departure.get("now"), 1).end(clock.instant()));
  }

  /** A row of the outbox could not leave and was put off. */
  void failed(Map<String, Object> departure) {
    provider.ifPresent(
        there ->
            departure(departure, departure.get("begunAt"), 0)
                .setStatus(StatusCode.ERROR, why(departure))
                .end(clock.instant()));
  }

  /** An SMTP server quotes addresses: what kind of failure it was, and its reply, say enough. */
  private static String why(Map<String, Object> departure) {
    String error = String.valueOf(departure.get("lastError"));
    if (!MAILS.contains(String.valueOf(departure.get("channel")))) {
      return error;
    }
    Matcher kind = KIND_OF_FAILURE.matcher(error);
    return kind.lookingAt() ? kind.group() : "";
  }

  private Span departure(Map<String, Object> departure, Object begun, int more) {
    String channel = String.valueOf(departure.get("channel"));
    String name = WITHOUT_KIND.contains(channel) ? channel : channel + " " + departure.get("kind");
    Instant start = Optional.ofNullable(Moments.instant(begun)).orElseGet(clock::instant);
    AttributesBuilder attributes = about(departure.get("request_id"), departure);
    put(attributes, WIRE_ID, departure.get("wire_id"));
    attributes.put(ATTEMPT, ((Number) departure.get("attempts")).longValue() + more);
    Instant created = Moments.instant(departure.get("created_at"));
    if (created != null) {
      attributes.put(WAITED, Duration.between(created, start).toMillis() / 1e3);
    }
    SpanKind kind = MAILS.contains(channel) ? SpanKind.CLIENT : SpanKind.PRODUCER;
    return start(null, uuid(departure.get("request_id")), name, kind, start, attributes.build());
  }

  private Span start(
      UUID begins, UUID request, String name, SpanKind kind, Instant start, Attributes attributes) {
    SpanBuilder span =
        provider
            .orElseThrow()
            .get("org.serverroster")
            .spanBuilder(name)
            .setSpanKind(kind)
            .setStartTimestamp(start)
            .setAllAttributes(attributes);
    if (begins != null) {
      return ids.begin(begins, span.setNoParent()::startSpan);
    }
    return request == null
        ? span.setNoParent().startSpan()
        : span.setParent(Context.root().with(Span.wrap(RequestIds.parent(request)))).startSpan();
  }

  private static AttributesBuilder about(Object request, Map<String, Object> row) {
    AttributesBuilder attributes = Attributes.builder();
    put(attributes, REQUEST, request);
    put(attributes, DOMAIN, row.get("domain"));
    put(attributes, PEER, row.get("peer"));
    return attributes;
  }

  private static void put(AttributesBuilder attributes, AttributeKey<String> key, Object value) {
    if (value != null) {
      attributes.put(key, value.toString());
    }
  }

  /** Where traces go, as the protocol has it for an address without a path of its own. */
  private static String traces(String endpoint) {
    return endpoint.replaceFirst("/+$", "") + "/v1/traces";
  }

  private static String word(String constant) {
    return constant == null ? "change" : constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static UUID uuid(Object id) {
    return id == null || id instanceof UUID ? (UUID) id : UUID.fromString(id.toString());
  }

  /** Hands over what it still has, for as long as a collector that is away may be waited for. */
  @PreDestroy
  void close() {
    provider.ifPresent(there -> there.shutdown().join(2, TimeUnit.SECONDS));
  }
}
