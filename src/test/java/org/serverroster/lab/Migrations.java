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
        .placeholders(placeholders(url.startsWith("jdbc:h2:")));
  }

  /** One of them for H2, as it is when its placeholders are filled in. */
  public static String onH2(String script) {
    String filled = script;
    for (Map.Entry<String, String> each : placeholders(true).entrySet()) {
      filled = filled.replace("${" + each.getKey() + "}", each.getValue());
    }
    return filled;
  }

  private static Map<String, String> placeholders(boolean h2) {
    return Map.of("on-h2", h2 ? "/* */" : "--", "on-postgresql", h2 ? "--" : "/* */");
  }
}
