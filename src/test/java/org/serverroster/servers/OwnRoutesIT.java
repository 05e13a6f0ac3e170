package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.FreePort;

/** What docs/building-blocks.md says of route files of one's own, with the packaged program. */
@Tag("servers")
class OwnRoutesIT {

  private static final String PEER = "piped.lit";

  /** Lines go to a file by a route of the operator, commands come from a folder by another. */
  private static final String OWN =
      """
      - route:
          id: keep-lines
          from:
            uri: direct:tell
            steps:
              - transform:
                  simple: {expression: "${body}\\n", trim: false}
              - to:
                  uri: "file:{{lines.folder}}"
                  parameters: {fileName: lines.txt, fileExist: Append}
      - route:
          id: pick-up-orders
          from:
            uri: "file:{{orders.folder}}"
            parameters: {include: ".*[.]json", move: ".done"}
            steps:
              - to:
                  uri: direct:order
      """;

  private static final String COMMAND =
      """
      {"version": 1, "id": "CHG0041-1", "action": "approve", "domain": "capulet.lit", "peer": "%s",
       "actor": "juliet@capulet.lit"}
      """;

  @TempDir Path folder;

  @Test
  void aFileOfOursIsReplacedAndRoutesOfOnesOwnGetLinesAndSendCommands() throws Exception {
    String ours = Files.readString(Path.of("routes/notices.yaml"));
    String before = "                    - to:\n                        id: to-notices\n";
    assertThat(ours, containsString(before));
    Path routes = Files.createDirectories(folder.resolve("routes"));
    Files.writeString(
        routes.resolve("our-notices.yaml"),
        ours.replace(
            before,
            """
                                - setBody:
                                    expression:
                                      simple:
                                        expression: "To the watch: ${body}"
            """
                + before));
    Files.writeString(routes.resolve("own.yaml"), OWN);
    Path orders = Files.createDirectories(folder.resolve("orders"));
    try (var estate = Estate.start(folder, PEER);
        var roster =
            estate
                .roster("server-roster")
                .set("roster.notify.uri", "direct:tell")
                .set("roster.commands.uri", "direct:order")
                .set("roster.commands.authenticated", "true")
                .set("lines.folder", folder.resolve("lines").toString())
                .set("orders.folder", orders.toString())
                .environment(
                    "CAMEL_MAIN_ROUTES_INCLUDE_PATTERN",
                    "classpath:routes/*.yaml,file:" + routes + "/*.yaml")
                .environment("CAMEL_MAIN_ROUTES_EXCLUDE_PATTERN", "**/notices.yaml")
                .start()) {
      estate.ask(PEER);
      Path writing = folder.resolve("order.json");
      Files.writeString(writing, COMMAND.formatted(PEER));
      Files.move(writing, orders.resolve("order.json"));

      patiently().until(() -> estate.heard(PEER).contains("subscribed"));
      assertThat(Estate.state(roster, PEER), is("from+pending-out"));
      patiently().until(() -> lines().size() == 2);
      assertThat(
          lines(),
          contains(
              containsString("To the watch: piped.lit asks to be trusted by capulet.lit."),
              containsString(
                  "To the watch: juliet@capulet.lit approved the request of piped.lit")));
    }
  }

  @Test
  void whoseEventsAreRequiredIsNotReadyWhileTheyCannotLeave() throws Exception {
    int port = FreePort.next();
    try (var estate = Estate.start(folder, PEER);
        var roster =
            estate
                .roster("server-roster")
                .set("roster.events.uri", "http://127.0.0.1:" + port + "/events")
                .set("roster.events.required", "true")
                .start()) {
      estate.ask(PEER);
      var visitor = roster.visitor();
      patiently().until(() -> visitor.health("ready") == 503);
      assertThat(visitor.healthReport("ready"), containsString("Connection refused"));
      assertThat(visitor.health("group/web"), is(200));
      var receiver = HttpServer.create(new InetSocketAddress(loopback(), port), 0);
      receiver.createContext(
          "/events",
          call -> {
            call.getRequestBody().readAllBytes();
            call.sendResponseHeaders(204, -1);
            call.close();
          });
      receiver.start();
      try {
        patiently().until(() -> visitor.health("ready") == 200);
      } finally {
        receiver.stop(0);
      }
    }
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  private List<String> lines() throws IOException {
    Path file = folder.resolve("lines").resolve("lines.txt");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}
