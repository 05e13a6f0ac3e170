package org.serverroster.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertiesLocationConfigSourceFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Says in Quarkus' words what the operator said in ours: which of the two datasources is in use,
 * and what the embedded H2 needs to understand our SQL and to keep what it has committed.
 */
public class DerivedSettings implements ConfigSourceFactory {

  private static final String DEFAULT_H2_URL = "jdbc:h2:file:./data/server-roster";

  /** Added when the operator's URL has not said otherwise. */
  private static final Map<String, String> H2_OPTIONS =
      Map.of(
          "MODE", "PostgreSQL",
          "DATABASE_TO_LOWER", "TRUE",
          // H2 writes in the background. What must not be lost waits for the route make-durable,
          // which writes and flushes for many commits at once; writing at each commit as well would
          // cost more than all the rest and make the file grow.
          "WRITE_DELAY", "500",
          // Quarkus closes the pool; H2's own hook would close the file under open transactions.
          "DB_CLOSE_ON_EXIT", "FALSE");

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    boolean postgresql = "postgresql".equals(value(context, "roster.db.kind", "h2"));
    Map<String, String> derived = new HashMap<>();
    for (String kind : List.of("h2", "postgresql")) {
      String active = Boolean.toString(postgresql == kind.equals("postgresql"));
      derived.put("quarkus.datasource." + kind + ".active", active);
      derived.put("quarkus.flyway." + kind + ".active", active);
    }
    String chosen = "quarkus.datasource." + (postgresql ? "postgresql" : "h2");
    String url = value(context, "roster.db.url", DEFAULT_H2_URL);
    derived.put(chosen + ".jdbc.url", postgresql ? url : withH2Options(url));
    put(derived, chosen + ".username", value(context, "roster.db.username", ""));
    put(derived, chosen + ".password", value(context, "roster.db.password", ""));
    return List.of(new PropertiesConfigSource(derived, "derived from roster.*", 240));
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(240);
  }

  static String withH2Options(String url) {
    StringBuilder complete = new StringBuilder(url);
    if (url.toLowerCase(Locale.ROOT).startsWith("jdbc:h2:mem:")) {
      // Without a file, what nobody is connected to would be gone.
      complete.append(";DB_CLOSE_DELAY=-1");
    }
    H2_OPTIONS.keySet().stream()
        .sorted()
        .filter(option -> !url.toUpperCase(Locale.ROOT).contains(";" + option + "="))
        .forEach(
            option ->
                complete.append(';').append(option).append('=').append(H2_OPTIONS.get(option)));
    return complete.toString();
  }

  private static void put(Map<String, String> derived, String key, String value) {
    if (!value.isEmpty()) {
      derived.put(key, value);
    }
  }

  /**
   * What the operator said. One factory of sources does not see what another one brings, so the
   * files of {@code quarkus.config.locations} are looked into here once more.
   */
  private static String value(ConfigSourceContext context, String key, String absent) {
    ConfigValue elsewhere = context.getValue(key);
    String best = elsewhere == null ? null : elsewhere.getValue();
    int ordinal = best == null ? Integer.MIN_VALUE : elsewhere.getConfigSourceOrdinal();
    for (ConfigSource file :
        new PropertiesLocationConfigSourceFactory().getConfigSources(context)) {
      if (file.getValue(key) != null && file.getOrdinal() >= ordinal) {
        best = file.getValue(key);
        ordinal = file.getOrdinal() + 1; // the first of two files wins
      }
    }
    return best == null || best.isBlank() ? absent : best;
  }
}
