package org.serverroster.flow;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The roster as lists: for programs, and for the configuration of XMPP servers. */
@QuarkusIntegrationTest
class ExportIT extends Story {

  private static final String ROSTER = "/api/v1/domains/capulet.lit/roster";

  @BeforeEach
  void threeServers() {
    if (as("admin").get("/api/v1/domains/capulet.lit/peers/exported-a.lit").statusCode() == 404) {
      WholeProtocol.becomeFriends("exported-b.lit");
      asks("exported-a.lit");
      WholeProtocol.act("exported-a.lit", "approve", Map.of("subscribeBack", false))
          .statusCode(200);
      asks("waiting-c.lit");
      WholeProtocol.act("blocked-d.lit", "block", Map.of()).statusCode(200);
    }
  }

  @Test
  void asJson() {
    as("auditor")
        .get(ROSTER)
        .then()
        .statusCode(200)
        .contentType(containsString("application/json"))
        .body("domain", equalTo("capulet.lit"))
        .body(
            "peers.peer",
            hasItems("exported-a.lit", "exported-b.lit", "waiting-c.lit", "blocked-d.lit"));
  }

  @Test
  void asCsv() {
    String csv =
        as("auditor").accept("text/csv").get(ROSTER).then().statusCode(200).extract().asString();
    assertTrue(csv.startsWith("domain,peer,state,trusted,blocked,"), csv);
    assertTrue(csv.contains("\r\ncapulet.lit,exported-a.lit,from,true,false,"), csv);
    assertTrue(csv.contains("\r\ncapulet.lit,blocked-d.lit,none,false,true,"), csv);
    assertTrue(csv.indexOf("exported-a") < csv.indexOf("exported-b"), csv);
  }

  @Test
  void asListsOfTheTrustedForProsodyAndEjabberd() {
    String lua =
        as("auditor").accept("text/x-lua").get(ROSTER).then().statusCode(200).extract().asString();
    assertTrue(
        lua.contains("s2s_whitelist = {\n  \"exported-a.lit\";\n  \"exported-b.lit\";\n}\n"), lua);
    String yaml =
        as("auditor")
            .accept("application/yaml")
            .get(ROSTER)
            .then()
            .statusCode(200)
            .extract()
            .asString();
    assertTrue(yaml.contains("      - \"exported-a.lit\"\n      - \"exported-b.lit\"\n"), yaml);
    for (String list : List.of(lua, yaml)) {
      assertFalse(list.contains("waiting-c.lit") || list.contains("blocked-d.lit"), list);
    }
  }

  @Test
  void onlyWhoMayAndOnlyWhatThereIs() {
    RestAssured.given().get(ROSTER).then().statusCode(401);
    as("auditor").accept("image/png").get(ROSTER).then().statusCode(406);
    as("auditor").get("/api/v1/domains/rome.lit/roster").then().statusCode(404);
    as("auditor")
        .get("/api/v1/domains/verona.lit/roster")
        .then()
        .body(not(containsString("exported")));
  }

  @Test
  void theScriptReplacesTheFileOnlyWithAWholeList() throws Exception {
    Path folder = Files.createTempDirectory("allow-list");
    Path file = folder.resolve("allow.lua");
    assertEquals(0, script(House.PASSWORD, "--domain", "capulet.lit", "--output", file.toString()));
    String list = Files.readString(file);
    assertTrue(list.contains("\"exported-a.lit\";"), list);

    assertEquals(
        1, script("wrong-password", "--domain", "capulet.lit", "--output", file.toString()));
    assertEquals(1, script(House.PASSWORD, "--domain", "rome.lit", "--output", file.toString()));
    assertEquals(1, script(House.PASSWORD, "--domain", "../x", "--output", file.toString()));
    assertEquals(list, Files.readString(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing is left lying about");
    }
    for (String format : List.of("ejabberd", "json", "csv")) {
      assertEquals(
          0,
          script(
              House.PASSWORD,
              "--domain",
              "capulet.lit",
              "--format",
              format,
              "--output",
              file.toString()));
      assertTrue(Files.readString(file).contains("exported-a.lit"));
    }
  }

  private int script(String password, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bin/export-allowlist"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--url", "http://localhost:" + RestAssured.port));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("ROSTER_PASSWORD", password);
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return process.exitValue();
  }
}
