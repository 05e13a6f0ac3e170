package org.serverroster.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The references of the benchmark run the statements that the routes have today. */
class IntakeStatementsTest {

  @Test
  void eachStatementOfARequestIsFoundAndHasItsParameters() throws IOException {
    IntakeStatements statements = new IntakeStatements(Path.of("routes"));
    assertEquals(5, statements.count());
    String script = statements.pgbenchScript();
    assertTrue(script.contains("insert into outbox"), script);
    assertTrue(script.contains("for update"), script);
    assertFalse(script.contains(":?"), script);
  }
}
