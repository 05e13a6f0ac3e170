package org.serverroster.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The same on PostgreSQL, which goes away and comes back. */
@QuarkusTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class FoldersOnPostgresqlTest extends CommandsInFolders {

  @Test
  void aCommandWaitsForTheDatabase() throws Exception {
    String peer = "patient.lit";
    asks(peer);
    Postgresql.server().stop();
    try {
      Folders.command("outage", Command.of("outage-1", "deny", peer).toString().getBytes(UTF_8));
      Folders.command("outage-poison", "no command".getBytes(UTF_8));
      patiently().until(() -> as("admin").get("/api/v1/domains").statusCode() == 503);
      assertEquals(Set.of("outage", "outage-poison"), ours(), "nothing is acknowledged");
    } finally {
      Postgresql.server().start();
    }
    patiently().until(() -> sentTo(peer).size() == 1);
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    patiently().until(() -> ours().isEmpty());
    patiently()
        .until(
            () ->
                as("auditor")
                    .get("/api/v1/commands/parked")
                    .jsonPath()
                    .getList("commands.body")
                    .contains("no command"));
    assertState(peer, "none");
  }

  /** The commands of this test that are still there, by the names of their files. */
  private static Set<String> ours() throws IOException {
    return Folders.waiting().stream()
        .map(file -> Path.of(file).getFileName().toString())
        .filter(name -> name.equals("outage") || name.equals("outage-poison"))
        .collect(Collectors.toSet());
  }
}
