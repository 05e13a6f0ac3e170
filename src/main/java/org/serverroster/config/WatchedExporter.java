package org.serverroster.config;

import io.opentelemetry.exporter.internal.FailedExportException.HttpExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.ConnectException;
import java.util.Collection;
import org.serverroster.outbox.Absence;
import org.serverroster.roster.Failures;

/**
 * Tells of a collector that takes nothing as of anybody else who is away, where the exporter itself
 * would log a stack trace each time. What it does not take is lost; a trace is no record.
 */
final class WatchedExporter implements SpanExporter {

  private final SpanExporter exporter;
  private final Absence absence;

  WatchedExporter(SpanExporter exporter, Absence absence) {
    this.exporter = exporter;
    this.absence = absence;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    return result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            absence.over();
          } else {
            absence.noticed(reason(result.getFailureThrowable()));
          }
        });
  }

  /** What the client wraps its failures in says little, and so does the innermost. */
  private static String reason(Throwable failure) {
    if (failure == null) {
      return "it does not take them";
    }
    if (failure instanceof HttpExportException http && http.getResponse() != null) {
      return "HTTP status " + http.getResponse().statusCode();
    }
    return Failures.causes(failure).anyMatch(ConnectException.class::isInstance)
        ? "it cannot be reached"
        : Failures.describe(failure);
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
