package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The health check of a container that has no shell. */
class HealthProbeTest {

  @Test
  void tellsWhetherTheServiceBesideItIsWell() throws IOException {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/q/health/ready", call -> call.sendResponseHeaders(503, -1));
    service.createContext("/q/health/live", call -> call.sendResponseHeaders(200, -1));
    service.start();
    int port = service.getAddress().getPort();
    try {
      assertEquals(1, probe(port, "0.0.0.0").ask("ready"));
      assertEquals(0, probe(port, "0.0.0.0").ask("live"));
      assertEquals(0, probe(port, "127.0.0.1").ask("live"));
    } finally {
      service.stop(0);
    }
    assertEquals(1, probe(port, "0.0.0.0").ask("live"), "nobody is there");
  }

  private static HealthProbe probe(int port, String host) {
    return new HealthProbe(
        new SmallRyeConfigBuilder()
            .withDefaultValues(
                Map.of("quarkus.http.port", Integer.toString(port), "quarkus.http.host", host))
            .build());
  }
}
