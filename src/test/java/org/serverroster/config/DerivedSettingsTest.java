package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertiesLocationConfigSourceFactory;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator's own file says reaches the datasource, as its comments promise. */
class DerivedSettingsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"ab$$cd\\ef", "abc$$defghijkl", "a${b}cdef", "$", "${", "pa$word", "$2y$12$x"})
  void aSecretOfTheEnvironmentIsTakenAsItIs(String secret) {
    var config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withSources(
                new PropertiesConfigSource(
                    Map.of("roster.xmpp.secret", secret, "roster.db.password", secret),
                    "environment",
                    300))
            .withSources(new DerivedSettings(key -> key.startsWith("ROSTER_") ? secret : null))
            .build();
    assertEquals(secret, config.getValue("roster.xmpp.secret", String.class));
    assertEquals(secret, config.getValue("quarkus.datasource.h2.password", String.class));
  }

  @Test
  void theDatabaseCanBeChosenInTheFile() throws Exception {
    var file = folder.resolve("application.properties");
    Files.writeString(file, "roster.db.kind=postgresql\nroster.db.url=jdbc:postgresql://db/roster");
    var config =
        new SmallRyeConfigBuilder()
            .withSources(
                new PropertiesConfigSource(
                    Map.of("smallrye.config.locations", file.toUri().toString()), "test", 250))
            .withSources(new PropertiesLocationConfigSourceFactory(), new DerivedSettings())
            .build();
    assertEquals("true", config.getRawValue("quarkus.datasource.postgresql.active"));
    assertEquals("false", config.getRawValue("quarkus.datasource.h2.active"));
    assertEquals(
        "jdbc:postgresql://db/roster",
        config.getRawValue("quarkus.datasource.postgresql.jdbc.url"));
  }
}
