package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
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
