package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.serverroster.outbox.Absence;

class WatchedExporterTest {

  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  private final Absence absence = new Absence("collector", Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void aCollectorThatCannotBeReachedIsAwayUntilItTakesSpans() {
    ConnectException refused = new ConnectException("refused");
    exporting(CompletableResultCode.ofExceptionalFailure(refused));
    assertEquals(Optional.of(NOW), absence.since());
    assertEquals(Optional.of("it cannot be reached"), absence.reason());
    exporting(CompletableResultCode.ofSuccess());
    assertEquals(Optional.empty(), absence.since());
  }

  @Test
  void soIsOneThatRefuses() {
    exporting(CompletableResultCode.ofFailure());
    assertEquals(Optional.of("it does not take them"), absence.reason());
  }

  /** By the exporter that the program has: its own line, with the status, is not in the log. */
  @Test
  void itsStatusIsNamed() throws IOException {
    HttpServer collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    collector.createContext("/", call -> call.sendResponseHeaders(401, -1));
    collector.start();
    try (SpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint("http://127.0.0.1:%d/".formatted(collector.getAddress().getPort()))
            .build()) {
      new WatchedExporter(exporter, absence).export(List.of()).join(20, TimeUnit.SECONDS);
      assertEquals(Optional.of("HTTP status 401"), absence.reason());
    } finally {
      collector.stop(0);
    }
  }

  private void exporting(CompletableResultCode result) {
    SpanExporter exporter =
        new SpanExporter() {
          @Override
          public CompletableResultCode export(Collection<SpanData> spans) {
            return result;
          }

          @Override
          public CompletableResultCode flush() {
            return result;
          }

          @Override
          public CompletableResultCode shutdown() {
            return result;
          }
        };
    new WatchedExporter(exporter, absence).export(List.of());
  }
}
