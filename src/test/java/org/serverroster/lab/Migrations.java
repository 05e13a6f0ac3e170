package org.serverroster.lab;

import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** The migrations as the program runs them, for tests that make a database without it. */
public final class Migrations {

  private Migrations() {}

  /** Those for that database, not run yet. */
  public static FluentConfiguration of(String url, String user, String password) {
    return Flyway.configure()
        .dataSource(url, user, password)
        .locations("classpath:db/migration")
        .placeholders(Map.of("stored", stored(url)));
  }

  /** One of them for H2, as it is when its placeholder is filled in. */
  public static String onH2(String script) {
    return script.replace("${stored}", stored("jdbc:h2:"));
  }

  private static String stored(String url) {
    return url.startsWith("jdbc:postgresql:") ? "stored" : "/* it is */";
  }
}
