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
  void inTheFileASecretOrAnEndpointCanNameAVariable() throws Exception {
    var file = folder.resolve("application.properties");
    Files.writeString(
        file,
        """
        roster.db.username=a$$b
        roster.db.password=${MINE}
        roster.events.uri=https://hooks.example.org/${MINE}?x=$${header.y}
        """);
    var config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withSources(
                new PropertiesConfigSource(
                    Map.of("smallrye.config.locations", file.toUri().toString(), "MINE", "hello"),
                    "environment",
                    300))
            .withSources(new PropertiesLocationConfigSourceFactory(), new DerivedSettings())
            .build();
    assertEquals("a$b", config.getValue("quarkus.datasource.h2.username", String.class));
    assertEquals("hello", config.getValue("quarkus.datasource.h2.password", String.class));
    assertEquals(
        "https://hooks.example.org/hello?x=${header.y}&lazyStartProducer=true"
            + "&httpClientConfigurer=#bean:httpDeadline",
        config.getValue("events.to", String.class));
  }

  @Test
  void whatTheCommandLineSaysWinsOverTheEnvironment() {
    var config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withSources(
                new PropertiesConfigSource(Map.of("roster.db.password", "fromD"), "-D", 400),
                new PropertiesConfigSource(Map.of("roster.db.password", "env"), "environment", 300))
            .withSources(
                new DerivedSettings(key -> key.equals("ROSTER_DB_PASSWORD") ? "env" : null))
            .build();
    assertEquals("fromD", config.getValue("quarkus.datasource.h2.password", String.class));
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
