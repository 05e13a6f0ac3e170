package org.serverroster.flow;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
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
