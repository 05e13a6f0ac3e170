package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.RosterProcess;

/**
 * The packaged program with settings that forbid the start: a line that names the key, and the end.
 */
class StartIT {

  private static final Path JAR =
      Path.of("target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();

  @TempDir Path folder;

  @BeforeEach
  void writeSettings() throws IOException {
    Files.writeString(
        folder.resolve("application.properties"),
        """
        roster.xmpp.component=roster.capulet.lit
        roster.xmpp.secret=a-secret-that-is-not-repeated
        roster.base-url=https://roster.capulet.lit
        roster.admins.mail=nurse@capulet.lit
        roster.admin.password=wherefore-art-thou
        """);
  }

  @Test
  void theFileOfTheWorkingDirectoryIsRead() throws Exception {
    append("roster.xmpp.hots=localhost");
    assertEquals(
        List.of(
            "Server Roster cannot start: roster.xmpp.hots is not a setting: correct its name or take"
                + " it away"),
        start(Map.of()));
  }

  @Test
  void theEnvironmentWins() throws Exception {
    List<String> lines = start(Map.of("ROSTER_XMPP_PORT", "many"));
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(
        lines
            .get(0)
            .startsWith("Server Roster cannot start: roster.xmpp.port makes no sense: write"),
        lines::toString);
  }

  @Test
  void aMissingSettingIsNamedAndNoValueIsRepeated() throws Exception {
    Files.writeString(
        folder.resolve("application.properties"),
        Files.readString(folder.resolve("application.properties"))
            .replaceAll("roster.xmpp.component=.*\n", ""));
    append("roster.admin.password=short");
    List<String> lines = start(Map.of());
    assertEquals(2, lines.size(), lines::toString);
    assertTrue(lines.get(0).contains("roster.xmpp.component is missing: write"), lines::toString);
    assertTrue(lines.get(1).contains("roster.admin.password makes no sense"), lines::toString);
    assertFalse(lines.toString().contains("a-secret-that-is-not-repeated"), lines::toString);
    assertFalse(lines.toString().contains("=short"), lines::toString);
  }

  @Test
  void aDatabaseThatSomebodyAlteredIsNotWorkedWith() throws Exception {
    inDatabase("alter table peer drop column pre_approved_by");
    List<String> lines = start(Map.of());
    assertEquals(
        "Server Roster cannot start: the database has been altered, it lacks peer.pre_approved_by text:"
            + " put back what is missing, or restore a back-up",
        lines.get(lines.size() - 1),
        lines::toString);
    assertFalse(lines.toString().contains("\tat "), lines::toString);
  }

  @Test
  void aDatabaseOfANewerVersionIsNotWorkedWith() throws Exception {
    inDatabase(
        "insert into \"flyway_schema_history\" (\"installed_rank\", \"version\", \"description\","
            + " \"type\", \"script\", \"checksum\", \"installed_by\", \"installed_on\","
            + " \"execution_time\", \"success\") values (99, '99', 'later', 'SQL', 'V99__later.sql',"
            + " 1, 'x', current_timestamp, 1, true)");
    List<String> lines = start(Map.of());
    String last = lines.get(lines.size() - 1);
    assertTrue(last.contains("belongs to a newer version of Server Roster (migration 99)"), last);
  }

  /** A database such as the program makes, and what somebody did to it. */
  private void inDatabase(String statement) throws Exception {
    String url =
        "jdbc:h2:file:"
            + folder.resolve("data/server-roster")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
    org.serverroster.lab.Migrations.of(url, "", "").load().migrate();
    try (var connection = java.sql.DriverManager.getConnection(url, "", "");
        var sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  @Test
  void anEndpointWithAnOptionThatDoesNotExistIsNamedAndItsSecretIsNot() throws Exception {
    locally();
    append("roster.events.uri=kafka:server-roster?brokers=localhost:9092&brokres=s3cret-value");
    List<String> said =
        start(Map.of()).stream().filter(line -> line.contains("roster.events.uri")).toList();
    assertEquals(1, said.size(), said::toString);
    assertTrue(
        said.get(0).startsWith("Server Roster cannot start: roster.events.uri makes no sense"),
        said::toString);
    assertTrue(said.get(0).contains("brokres"), said::toString);
    assertFalse(said.get(0).contains("s3cret-value"), said::toString);
  }

  @Test
  void anEndpointThatNoCommandsCanComeFromIsNamed() throws Exception {
    locally();
    List<String> lines =
        start(
            Map.of(
                "ROSTER_COMMANDS_URI",
                "http://127.0.0.1:9/c0mmands-token",
                "ROSTER_COMMANDS_SECRET",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"));
    assertEquals(
        List.of(
            "Server Roster cannot start: roster.commands.uri makes no sense: write an endpoint that"
                + " commands can come from (UnsupportedOperationException: Cannot consume from http"
                + " endpoint)"),
        ofTheStart(lines));
  }

  @Test
  void aRouteOfOnesOwnWithoutItsSettingIsNamed() throws Exception {
    List<String> lines =
        startWith(Path.of("docs", "examples", "ticket.yaml").toAbsolutePath(), "direct:ticket");
    assertEquals(
        List.of(
            "Server Roster cannot start: route open-ticket makes no sense: correct its file, or the"
                + " setting it needs (IllegalArgumentException: Property with key [ticket.url] not"
                + " found in properties from text: {{ticket.url}})"),
        ofTheStart(lines));
  }

  @Test
  void aRouteFileThatCannotBeReadIsSaidWithItsLine() throws Exception {
    Path own = folder.resolve("own.yaml");
    Files.writeString(own, "- route:\n    id: own\n   from:\n");
    List<String> lines = ofTheStart(startWith(own, ""));
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(
        lines.get(0).startsWith("Server Roster cannot start: a route file, or a setting of Camel,"),
        lines::toString);
    assertTrue(lines.get(0).contains("own.yaml, line 3"), lines::toString);
    Files.delete(own);
    lines = ofTheStart(startWith(own, ""));
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.get(0).contains("own.yaml"), lines::toString);
  }

  @Test
  void halfAUserOfTheEnvironmentIsNamed() throws Exception {
    assertEquals(
        List.of(
            "Server Roster cannot start: roster.users.foo.roles is missing: write admin or auditor"
                + " or enforcer, several separated by commas"),
        start(Map.of("ROSTER_USERS_FOO_PASSWORD", "$2y$12$" + "x".repeat(53))));
  }

  private List<String> startWith(Path routes, String events) throws Exception {
    locally();
    return start(
        Map.of(
            "ROSTER_EVENTS_URI",
            events,
            "CAMEL_MAIN_ROUTES_INCLUDE_PATTERN",
            "classpath:routes/*.yaml,file:" + routes));
  }

  private void locally() throws IOException {
    append("roster.xmpp.host=127.0.0.1");
    append("quarkus.http.host=127.0.0.1");
    append("quarkus.http.port=0");
  }

  /** What is said of why it does not start; nothing may be told in a stack trace. */
  private static List<String> ofTheStart(List<String> lines) {
    assertFalse(lines.toString().contains("\tat "), lines::toString);
    return lines.stream().filter(line -> line.contains("cannot start")).toList();
  }

  /** Health checks, approval pages and programs, from the first moment at which anybody listens. */
  @Test
  void nobodyWhoAsksDuringTheStartSeesAFailure() throws Exception {
    InetSocketAddress nobody = new InetSocketAddress("127.0.0.1", 9);
    List<String> paths =
        List.of("/q/health/ready", "/q/health/live", "/q/health", "/approval/abc", "/api/v1/me");
    Map<String, Set<Integer>> answers = new ConcurrentHashMap<>();
    ExecutorService visitors = Executors.newFixedThreadPool(paths.size());
    try (RosterProcess roster =
        RosterProcess.in(folder.resolve("asked")).attachedTo(nobody, 9, "nurse@capulet.lit")) {
      roster.launch();
      for (String path : paths) {
        visitors.submit(() -> ask(roster, path, answers));
      }
      visitors.shutdown();
      assertTrue(visitors.awaitTermination(90, TimeUnit.SECONDS), answers::toString);
      assertEquals(
          Map.of(
              "/q/health/ready", Set.of(503),
              "/q/health", Set.of(503),
              "/q/health/live", Set.of(200),
              "/approval/abc", Set.of(503, 404),
              "/api/v1/me", Set.of(503, 401)),
          answers);
      assertFalse(Files.readString(roster.log()).contains("\tat "), "no stack trace");
    } finally {
      visitors.shutdownNow();
    }
  }

  /** The test is the moment: the process is live before its routes are. */
  @Test
  void whoStopsItInTheMiddleOfItsStartHearsOfNoFailure() throws Exception {
    InetSocketAddress nobody = new InetSocketAddress("127.0.0.1", 9);
    for (int time = 0; time < 5; time++) {
      try (RosterProcess roster =
          RosterProcess.in(folder.resolve("stopped-" + time))
              .attachedTo(nobody, 9, "nurse@capulet.lit")
              .launch()) {
        roster.awaitLive();
        roster.awaitStop();
        String log = Files.readString(roster.log());
        assertFalse(log.contains("cannot start"), log);
      }
    }
  }

  @Test
  void itsLinesAreJsonWhenThatIsAsked() throws Exception {
    InetSocketAddress nobody = new InetSocketAddress("127.0.0.1", 9);
    try (RosterProcess roster =
        RosterProcess.in(folder.resolve("json"))
            .attachedTo(nobody, 9, "nurse@capulet.lit")
            .set("roster.log.format", "json")
            .launch()) {
      roster.awaitLive();
      roster.awaitStop();
      List<String> lines = Files.readAllLines(roster.log());
      Set<String> levels = new HashSet<>();
      for (String line : lines) {
        JsonNode said = new ObjectMapper().readTree(line);
        levels.add(said.path("level").asText());
        assertNotNull(Instant.parse(said.path("timestamp").asText()));
        assertFalse(said.path("message").asText().isEmpty(), line);
        assertFalse(said.path("loggerName").asText().isEmpty(), line);
      }
      assertTrue(levels.contains("INFO"), lines::toString);
    }
  }

  /** Asks from before anybody listens until the house is open, and a little longer. */
  private static void ask(RosterProcess roster, String path, Map<String, Set<Integer>> answers) {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest question = HttpRequest.newBuilder(roster.baseUrl().resolve(path)).build();
    int more = 30;
    while (more > 0 && roster.isAlive() && !Thread.currentThread().isInterrupted()) {
      if (answers.getOrDefault("/approval/abc", Set.of()).contains(404)) {
        more--;
      }
      try {
        int status = client.send(question, HttpResponse.BodyHandlers.discarding()).statusCode();
        answers.computeIfAbsent(path, any -> ConcurrentHashMap.newKeySet()).add(status);
      } catch (IOException notThereYet) {
        // nobody listens yet
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void append(String line) throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(file, Files.readString(file) + line + "\n");
  }

  /** Everything that the program says, once it has ended as it must. */
  private List<String> start(Map<String, String> environment) throws Exception {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-jar",
            JAR.toString());
    program.directory(folder.toFile());
    program.environment().keySet().removeIf(name -> name.startsWith("ROSTER_"));
    program.environment().putAll(environment);
    program.redirectErrorStream(true);
    Path output = folder.resolve("output");
    program.redirectOutput(output.toFile());
    Process process = program.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "did not end");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(78, process.exitValue(), Files.readString(output));
    return Files.readAllLines(output);
  }
}
