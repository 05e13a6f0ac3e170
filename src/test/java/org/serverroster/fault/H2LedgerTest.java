package org.serverroster.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Migrations;

class H2LedgerTest {

  /** As when the service lets go of its file after its disk was full, and opens it anew. */
  @Test
  void commitsOfBeforeAndAfterAnOpeningAreTwo(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("roster");
    Migrations.of("jdbc:h2:file:" + file + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE", "", "")
        .load()
        .migrate();
    H2Ledger ledger = new H2Ledger(file);
    ledger.watch();
    for (String state : new String[] {"to", "from", "both", "to", "from"}) {
      try (Connection connection = ledger.connect();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "merge into peer (domain, peer, address, state, created_at, updated_at) key (domain, peer)"
                + " values ('capulet.lit', 'montague.lit', 'montague.lit', '%s',".formatted(state)
                + " current_timestamp, current_timestamp)");
      }
    }
    Books books = ledger.read(0, Map.of(), false);
    assertEquals(5, books.commits().get("montague.lit").size());
  }
}
