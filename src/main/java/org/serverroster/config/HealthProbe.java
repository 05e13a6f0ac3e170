package org.serverroster.config;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import org.eclipse.microprofile.config.Config;

/**
 * Asks the service that runs beside it whether it is well: the health check of a container that has
 * neither a shell nor {@code curl}.
 */
final class HealthProbe {

  private static final int PATIENCE = 5_000;

  private final Config config;

  HealthProbe(Config config) {
    this.config = config;
  }

  /**
   * @param check {@code ready}, {@code live}, {@code group/web}, or whatever else {@code
   *     /q/health/} has
   * @return what the process answers: 0 when the service is well, 1 otherwise
   */
  int ask(String check) {
    int port = config.getOptionalValue("quarkus.http.port", Integer.class).orElse(8080);
    String host = config.getOptionalValue("quarkus.http.host", String.class).orElse("0.0.0.0");
    String own = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    String here = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : own;
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + here + ":" + port + "/q/health/" + check)
                  .toURL()
                  .openConnection();
      connection.setConnectTimeout(PATIENCE);
      connection.setReadTimeout(PATIENCE);
      return connection.getResponseCode() == 200 ? 0 : 1;
    } catch (IOException | IllegalArgumentException e) {
      return 1;
    }
  }
}
