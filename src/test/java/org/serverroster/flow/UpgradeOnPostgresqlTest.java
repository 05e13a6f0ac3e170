package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;

/** On a real PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(
    value = UpgradeOnPostgresqlTest.OldPostgresql.class,
    restrictToAnnotatedClass = true)
class UpgradeOnPostgresqlTest extends Upgrade {

  public static class OldPostgresql extends Postgresql {

    @Override
    public Map<String, String> start() {
      Map<String, String> settings = super.start();
      OldSchema.prepare(settings.get("roster.db.url"), "postgres", "postgres");
      return settings;
    }
  }
}
