package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A real PostgreSQL of the test's own, on loopback, in place of the embedded H2. */
public class Postgresql implements QuarkusTestResourceLifecycleManager {

  private EmbeddedPostgres server;

  @Override
  public int order() {
    return 1;
  }

  @Override
  public Map<String, String> start() {
    try {
      server = EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(
        "roster.db.kind", "postgresql",
        "roster.db.url", server.getJdbcUrl("postgres", "postgres"),
        "roster.db.username", "postgres",
        "roster.db.password", "postgres");
  }

  @Override
  public void stop() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
