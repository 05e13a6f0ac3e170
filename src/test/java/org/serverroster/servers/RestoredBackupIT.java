package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;

/**
 * The database is restored from yesterday's back-up: peers know more than we do. At the start we
 * ask and answer by probes, until both sides agree again; nobody is let in on the way.
 */
@Tag("servers")
class RestoredBackupIT {
  private static final String APPROVED = "approved-since.lit";
  private static final String LEFT = "left-since.lit";
  private static final String REVOKED_US = "revoked-us-since.lit";

  @TempDir Path folder;

  @Test
  void bothSidesAgreeAgain() throws Exception {
    try (var estate = Estate.start(folder, APPROVED, LEFT, REVOKED_US);
        var roster = estate.roster("server-roster").start()) {
      befriend(estate, roster, LEFT);
      befriend(estate, roster, REVOKED_US);
      estate.ask(APPROVED);
      roster.stop();
      Path data = folder.resolve("server-roster/data");
      copy(data, folder.resolve("backup"));

      roster.start();
      approve(estate, roster, APPROVED);
      estate.say(LEFT, "unsubscribe");
      estate.say(LEFT, "unsubscribed");
      awaitState(roster, LEFT, "none");
      estate.say(REVOKED_US, "unsubscribed");
      awaitState(roster, REVOKED_US, "from");
      roster.stop();
      delete(data);
      copy(folder.resolve("backup"), data);
      for (String peer : new String[] {APPROVED, LEFT, REVOKED_US}) {
        estate.peer(peer).clear();
        estate
            .peer(peer)
            .onStanza(
                stanza -> {
                  if (stanza.type().equals("probe") && !peer.equals(APPROVED)) {
                    say(estate, peer, "unsubscribed"); // it no longer lets us know
                  }
                });
      }

      roster.start();
      estate.say(APPROVED, "probe"); // it has been subscribed since yesterday

      awaitState(roster, LEFT, "from");
      awaitState(roster, REVOKED_US, "from");
      patiently().until(() -> estate.heard(APPROVED).contains("unsubscribed"));
      assertThat(Estate.state(roster, APPROVED), is("none+pending-in"));
      assertThat(roster.visitor().trusted(Lab.HOST, APPROVED).statusCode(), is(404));
      patiently()
          .until(
              () ->
                  estate.smtp().mails().stream()
                      .anyMatch(
                          mail ->
                              mail.text().contains(LEFT)
                                  && mail.text().contains("no longer lets")));
      // A standard server that is told so asks again, and a person decides again.
      estate.say(APPROVED, "subscribe");
      roster.visitor().act(Lab.HOST, APPROVED, "approve", "{}");
      patiently().untilAsserted(() -> assertThat(estate.heard(APPROVED), hasItem("subscribed")));
    }
  }

  private static void befriend(Estate estate, RosterProcess roster, String peer) throws Exception {
    estate.ask(peer);
    approve(estate, roster, peer);
  }

  private static void approve(Estate estate, RosterProcess roster, String peer) throws Exception {
    roster.visitor().act(Lab.HOST, peer, "approve", "{}");
    patiently().until(() -> estate.heard(peer).contains("subscribe"));
    estate.say(peer, "subscribed");
    awaitState(roster, peer, "both");
  }

  private static void awaitState(RosterProcess roster, String peer, String state) {
    patiently().until(() -> Estate.state(roster, peer).equals(state));
  }

  private static void say(Estate estate, String peer, String type) {
    try {
      estate.say(peer, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path copy = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
