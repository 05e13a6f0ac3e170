package org.serverroster.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** What is read a page at a time reads that page, wherever it is in a large roster. */
class GrowthTest {

  private static final int PAGE = 1000;

  @Test
  void aPageOfTheBroadcastReadsNoMoreThanItself() throws IOException, SQLException {
    try (Postgres postgres = Postgres.start()) {
      Flyway.configure()
          .dataSource(postgres.url(), "postgres", "postgres")
          .locations("classpath:db/migration")
          .load()
          .migrate();
      postgres.fill(1, 20_000);
      String page =
          IntakeStatements.of(Path.of("routes"), "presence.yaml")
              .get("tell-peers")
              .replace(":?domain", "'capulet.lit'")
              .replace(":?peer", "'old-5.example'");
      JsonNode plan =
          new ObjectMapper().readTree(postgres.ask("explain (analyze, format json) " + page));
      assertEquals(PAGE, plan.at("/0/Plan/Actual Rows").intValue(), plan::toPrettyString);
      long leftOut =
          plan.findValues("Rows Removed by Filter").stream().mapToLong(JsonNode::asLong).sum();
      assertEquals(0, leftOut, plan::toPrettyString);
    }
  }
}
