package org.serverroster.servers;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Ejabberd;
import org.serverroster.lab.HostServer;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Prosody;

/**
 * The Prosody shim on a real Prosody, with peers behind a real ejabberd, and its journal in a file.
 */
class ProsodyShimIT extends ShimContract {

  @Override
  HostServer hostServer(Path folder, Dns dns) throws IOException {
    return Prosody.in(folder, dns);
  }

  @Override
  HostServer peerServer(Path folder, Dns dns) throws IOException {
    return Ejabberd.in(folder, dns);
  }

  @Override
  void awaitComponentGone() {
    await()
        .until(
            () -> Files.readString(server.log()).contains("component disconnected: " + COMPONENT));
  }

  @Override
  void awaitOwnAnswerToAUser() {
    montague.await(stanza -> stanza.type().equals("subscribed"));
  }

  @Override
  List<String> journal(String host) throws IOException {
    var waiting = new ArrayList<String>();
    for (var line : Files.readAllLines(journalFile(host))) {
      var fields = line.split("\t");
      if (fields[0].equals("+")) {
        waiting.add(fields[2]);
      } else {
        waiting.remove(fields[1]);
      }
    }
    return waiting;
  }

  @Test
  void theJournalIsNobodyElsesToRead() throws Exception {
    montague.sendPresence(HOST, "subscribe", "private");
    awaitJournal(1);
    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(journalFile(HOST))),
        is("rw-------"));
  }

  @Test
  void stockHostAcceptsEverybodyButOurHostAnswersNothingByItself() throws Exception {
    montague.sendPresence(STOCK_HOST, "subscribe", "stock");
    montague.await(
        stanza -> stanza.from().equals(STOCK_HOST) && stanza.type().equals("subscribed"));

    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "ours");
    acknowledge(roster, roster.await(isHandover("subscribe")));
    montague.sendPresence(HOST, "probe", "probe");
    acknowledge(roster, roster.await(isHandover("probe")));
    pingHost();

    assertThat(
        montague.received().stream()
            .filter(stanza -> stanza.name().equals("presence") && stanza.from().equals(HOST))
            .toList(),
        empty());
  }

  @Test
  void aTornLastLineCostsOnlyItself() throws Exception {
    montague.sendPresence(HOST, "subscribe", "whole");
    awaitJournal(1);
    server.kill9();
    Files.writeString(
        journalFile(HOST), "+\t01234567\t99\tp1.lit\t<presence fr", StandardOpenOption.APPEND);

    server.start();
    peers.get("p2.lit").sendPresence(HOST, "subscribe", "after");
    awaitJournal(2);
    server.kill9();
    server.start();

    var roster = connectRoster();
    acknowledgeAll(roster);
    awaitEmptyJournal();
    assertThat(
        roster.received().stream().map(stanza -> inner(stanza).id()).toList(),
        contains("whole", "after"));
  }

  @Test
  void unreadableLinesAreKeptAsideAndTheRestIsDelivered() throws Exception {
    montague.sendPresence(HOST, "subscribe", "whole");
    awaitJournal(1);
    server.kill9();
    var line = Files.readString(journalFile(HOST));
    Files.writeString(journalFile(HOST), line.replace("montague", "montagua") + line);

    server.start();

    var roster = connectRoster();
    assertThat(inner(roster.await(isHandover("subscribe"))).from(), is(Lab.PEER));
    assertThat(Files.readString(Path.of(journalFile(HOST) + ".bad")), containsString("montagua"));
  }

  @Test
  void withoutAJournalRequestsAreRefusedNotAccepted() throws Exception {
    server.kill9();
    var obstacle = Path.of(journalFile(HOST) + "~/in the way");
    Files.createDirectories(obstacle);
    server.start();
    var roster = connectRoster();

    montague.sendPresence(HOST, "subscribe", "unsafe");
    assertThat(
        montague.await(stanza -> stanza.id().equals("unsafe")).error(),
        is("wait/resource-constraint"));
    assertThat(roster.received(), empty());

    Files.delete(obstacle);
    montague.sendPresence(HOST, "subscribe", "safe");
    assertThat(inner(roster.await(isHandover("subscribe"))).id(), is("safe"));
    assertThat(journal(HOST), hasSize(1));
  }

  @Test
  void theJournalDoesNotGrowWithWhatIsDone() throws Exception {
    var roster = connectRoster();
    acknowledgeAll(roster);
    var rounds = 700;
    for (var i = 0; i < rounds; i++) {
      montague.sendPresence(HOST, i % 2 == 0 ? "subscribe" : "unsubscribe", "n" + i);
      roster.await(isHandover());
    }
    awaitEmptyJournal();
    assertThat(Files.readAllLines(journalFile(HOST)).size(), lessThan(rounds));
  }

  private static Path journalFile(String host) {
    return ((Prosody) server).data(host).resolve("server_roster.journal");
  }
}
