package org.serverroster.flow;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** A collector of traces: OTLP over HTTP, as its protocol buffers say. */
public class Collector implements QuarkusTestResourceLifecycleManager {

  private static final List<ResourceSpans> TAKEN = new CopyOnWriteArrayList<>();

  private HttpServer server;

  /** The spans of a trace so far, by its id as hexadecimal digits. */
  static List<Span> trace(String id) {
    return TAKEN.stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .filter(span -> HexFormat.of().formatHex(span.getTraceId().toByteArray()).equals(id))
        .toList();
  }

  /** Everything that it was told, as text. */
  static String everything() {
    return TAKEN.toString();
  }

  @Override
  public Map<String, String> start() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/v1/traces",
        exchange -> {
          boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
          try (InputStream body = exchange.getRequestBody()) {
            InputStream plain = packed ? new GZIPInputStream(body) : body;
            TAKEN.addAll(ExportTraceServiceRequest.parseFrom(plain).getResourceSpansList());
          }
          byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
          exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
          exchange.close();
        });
    server.start();
    return Map.of("roster.tracing.endpoint", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void stop() {
    if (server != null) {
      server.stop(0);
    }
  }
}
