package org.serverroster.flow;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.serverroster.lab.Estate.patiently;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmallDisk;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.xmpp.ScriptedXmppServer;

/**
 * The disk of the embedded database is full for a while, under load: what was acknowledged is kept,
 * readiness says it, the service goes on by itself when there is room, and the file is sound.
 */
class FullDiskIT {

  private static final int BEFORE = 200;
  private static final String WAITING = "select peer from outbox order by channel, lane, id";

  @TempDir Path folder;

  @Test
  void anEmbeddedDatabaseGoesOnWhenThereIsRoom() throws Exception {
    SmallDisk disk = SmallDisk.at(folder.resolve("data"));
    assumeTrue(disk != null, "no small disk can be mounted here");
    Set<String> acknowledged;
    try (disk;
        ScriptedXmppServer server = ScriptedXmppServer.start(Lab.COMPONENT, Lab.SECRET);
        SmtpCatcher smtp = SmtpCatcher.start();
        RosterProcess roster =
            RosterProcess.in(folder)
                .attachedTo(server.address(), smtp, "nurse@capulet.lit")
                .set("roster.limits.requests-per-day", "1000000")
                .set("roster.limits.mails-per-hour", "1000000")
                .set("roster.limits.pending-requests", "1000000")) {
      server.acknowledgeSends();
      roster.start();
      Strangers strangers = Strangers.at(server);
      patiently().until(() -> strangers.acknowledged().size() > BEFORE);

      disk.fill();
      patiently().until(() -> roster.visitor().health("ready") == 503);
      disk.free();

      patiently().until(() -> roster.visitor().health("ready") == 200);
      int then = strangers.acknowledged().size();
      patiently().until(() -> strangers.acknowledged().size() > then + BEFORE);
      strangers.stop();
      // What met the full disk waits in the route, and is answered when there is room.
      patiently().until(() -> strangers.unanswered().isEmpty());
      acknowledged = strangers.acknowledged();
      Set<String> all = acknowledged;
      roster.stop();
      roster.start(); // which takes back the leases of mails that nobody could note the end of
      patiently().until(() -> askedAbout(smtp).containsAll(all));
      roster.stop();
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE"
                      .formatted(folder.resolve("data/server-roster")),
                  "",
                  "");
          Statement statement = connection.createStatement()) {
        Set<String> lost = new TreeSet<>(acknowledged);
        lost.removeAll(texts(statement, "select peer from peer"));
        assertThat(lost, empty());
        // What is left has been mailed, and waits to be mailed once more since nobody could note
        // that.
        assertThat(acknowledged, hasItems(texts(statement, WAITING).toArray(String[]::new)));
      }
    }
    assertThat(acknowledged.size(), greaterThan(2 * BEFORE));
  }

  private static Set<String> askedAbout(SmtpCatcher smtp) {
    return smtp.mails().stream()
        .map(mail -> mail.subject().split(" ")[0])
        .collect(Collectors.toSet());
  }

  private static List<String> texts(Statement statement, String query) throws Exception {
    List<String> texts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
