package org.serverroster.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.xmpp.ScriptedXmppServer;

/**
 * The packaged program is stopped in good order while its server hands over as much as it can: what
 * was acknowledged is in the database, also what came while one part after the other ended.
 */
class OrderlyStopIT {

  private static final int BEFORE = 300;

  @TempDir Path folder;

  /**
   * Routes end in the reverse order of their start, which is that in which they are found: several
   * times, since a stanza has to come between two of them.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, false, false, true})
  void whatIsAcknowledgedIsKept(boolean reversed) throws Exception {
    Set<String> acknowledged;
    try (ScriptedXmppServer server = ScriptedXmppServer.start(Lab.COMPONENT, Lab.SECRET)) {
      server.acknowledgeSends();
      try (RosterProcess roster = roster(server.address(), reversed)) {
        roster.start();
        Strangers strangers = Strangers.at(server);
        Awaitility.await().until(() -> strangers.acknowledged().size() > BEFORE);

        roster.awaitStop();

        strangers.stop();
        acknowledged = strangers.acknowledged();
      }
    }
    assertThat(acknowledged.size(), greaterThan(BEFORE));
    Set<String> lost = new TreeSet<>(acknowledged);
    lost.removeAll(peers());
    assertThat(lost, empty());
  }

  /** Who was let in is answered, in time; who comes then is not let in. */
  @Test
  void aRequestThatIsUnderWayIsAnswered() throws Exception {
    try (ScriptedXmppServer server = ScriptedXmppServer.start(Lab.COMPONENT, Lab.SECRET);
        RosterProcess roster = roster(server.address(), false)) {
      server.acknowledgeSends();
      roster.start();
      URI house = roster.baseUrl();
      String order = "{\"preApprove\":true}";
      try (Socket visitor = new Socket(house.getHost(), house.getPort())) {
        visitor.setSoTimeout(20_000);
        write(visitor, head(house, order.length()) + order.substring(0, 5));
        assertEquals(200, roster.visitor().health("live"));

        CompletableFuture<Duration> end = CompletableFuture.supplyAsync(() -> stopped(roster));
        Awaitility.await().until(() -> roster.visitor().health("live") != 200);
        write(visitor, order.substring(5));

        assertEquals(
            "HTTP/1.1 202 Accepted",
            new BufferedReader(new InputStreamReader(visitor.getInputStream(), UTF_8)).readLine());
        assertThat(end.get(1, TimeUnit.MINUTES), lessThan(Duration.ofSeconds(20)));
      }
    }
  }

  private static String head(URI house, int length) {
    String login = "admin:" + RosterProcess.PASSWORD;
    return """
        POST /api/v1/domains/%s/peers/asked-at-the-end.lit/subscribe HTTP/1.1
        Host: %s
        Authorization: Basic %s
        Content-Type: application/json
        Content-Length: %d

        """
        .replace("\n", "\r\n")
        .formatted(
            Lab.HOST,
            house.getAuthority(),
            Base64.getEncoder().encodeToString(login.getBytes(UTF_8)),
            length);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    socket.getOutputStream().flush();
  }

  private static Duration stopped(RosterProcess roster) {
    try {
      return roster.awaitStop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RosterProcess roster(InetSocketAddress server, boolean reversed) throws IOException {
    return RosterProcess.in(folder)
        .attachedTo(server, 9, "nurse@capulet.lit")
        .set("camel.main.routes-include-pattern", routes(reversed))
        .set("roster.limits.requests-per-day", "1000000")
        .set("roster.limits.pending-requests", "1000000");
  }

  private static String routes(boolean reversed) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      Comparator<String> order = Comparator.naturalOrder();
      return files
          .map(file -> "classpath:routes/" + file.getFileName())
          .sorted(reversed ? order.reversed() : order)
          .collect(Collectors.joining(","));
    }
  }

  private Set<String> peers() throws SQLException {
    Set<String> peers = new TreeSet<>();
    String url =
        "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE"
            .formatted(folder.resolve("data/server-roster"));
    try (var connection = DriverManager.getConnection(url, "", "");
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select peer from peer")) {
      while (rows.next()) {
        peers.add(rows.getString(1));
      }
    }
    return peers;
  }
}
