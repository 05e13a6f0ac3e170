package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** On the embedded H2. */
@QuarkusTest
@QuarkusTestResource(value = UpgradeTest.OldH2.class, restrictToAnnotatedClass = true)
class UpgradeTest extends Upgrade {

  public static class OldH2 implements QuarkusTestResourceLifecycleManager {

    @Override
    public int order() {
      return 1;
    }

    @Override
    public Map<String, String> start() {
      Path folder;
      try {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "old-schema-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      String url = "jdbc:h2:file:" + folder.resolve("roster");
      OldSchema.prepare(url + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE", "", "");
      return Map.of("roster.db.url", url);
    }

    @Override
    public void stop() {}
  }
}
