package org.serverroster.config;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The ids of traces and spans. A request's trace has the request's own id (without the dashes), and
 * its first span the second half of that. So every replica, today or after three days and a
 * restart, adds to the same trace, and nothing of it has to be kept or handed on; and who reads
 * {@code request=...} in the log knows the trace.
 */
final class RequestIds implements IdGenerator {

  private final IdGenerator random = IdGenerator.random();
  private final ThreadLocal<UUID> beginning = new ThreadLocal<>();

  /** Where the spans of a request belong that are not its first. */
  static SpanContext parent(UUID request) {
    return SpanContext.createFromRemoteParent(
        traceId(request), spanId(request), TraceFlags.getSampled(), TraceState.getDefault());
  }

  /** Starts, by {@code start}, the first span of a request. */
  <T> T begin(UUID request, Supplier<T> start) {
    beginning.set(request);
    try {
      return start.get();
    } finally {
      beginning.remove();
    }
  }

  @Override
  public String generateTraceId() {
    UUID request = beginning.get();
    return request == null ? random.generateTraceId() : traceId(request);
  }

  @Override
  public String generateSpanId() {
    UUID request = beginning.get();
    return request == null ? random.generateSpanId() : spanId(request);
  }

  private static String traceId(UUID request) {
    return request.toString().replace("-", "");
  }

  /** Never zero, which would be no id: the variant of a UUID (RFC 9562) is in it. */
  private static String spanId(UUID request) {
    return traceId(request).substring(16);
  }
}
