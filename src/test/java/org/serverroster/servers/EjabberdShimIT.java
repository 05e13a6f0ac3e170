package org.serverroster.servers;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Ejabberd;
import org.serverroster.lab.HostServer;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Prosody;
import org.serverroster.lab.Stanza;

/** The ejabberd shim on a real ejabberd, with peers behind a real Prosody, and its journal. */
class EjabberdShimIT extends ShimContract {

  /** Prints the numbers in a copy of a journal, which its owner has open. */
  private static final String READ =
      "{ok, J} = dets:open_file(j, [{file, \"%s\"}]),"
          + " [io:format(\"~B~n\", [S]) || S <- lists:sort(dets:foldl(fun(R, A) -> [element(1, R) | A] end, [], J))],"
          + " dets:close(J), halt().";

  @Override
  HostServer hostServer(Path folder, Dns dns) throws IOException {
    return Ejabberd.in(folder, dns);
  }

  @Override
  HostServer peerServer(Path folder, Dns dns) throws IOException {
    return Prosody.in(folder, dns);
  }

  @Override
  void awaitComponentGone() {
    await().until(() -> Files.readString(server.log()).contains("is disconnected, its commands"));
  }

  @Override
  void awaitOwnAnswerToAUser() throws IOException {
    pingHost(); // it says nothing
  }

  @Override
  List<String> journal(String host) throws IOException {
    var copy = folder.resolve("copy.dets");
    Files.copy(
        ((Ejabberd) server).journal(host), copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    var reader =
        new ProcessBuilder("erl", "-noinput", "-boot", "start_clean", "-eval", READ.formatted(copy))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new String(reader.getInputStream().readAllBytes())
        .lines()
        .filter(line -> line.matches("\\d+"))
        .toList();
  }

  @Test
  void aDamagedJournalIsKeptAsideAndRequestsAreTakenAgain() throws Exception {
    server.kill9();
    var journal = ((Ejabberd) server).journal(HOST);
    Files.writeString(journal, "this is no journal".repeat(1000));

    server.start();

    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "after");
    assertThat(inner(roster.await(isHandover("subscribe"))).id(), is("after"));
    assertThat(Files.exists(Path.of(journal + ".bad")), is(true));
  }

  @Test
  void aCrashOfTheShimCostsNothingAndTheServerGoesOn() throws Exception {
    montague.sendPresence(HOST, "subscribe", "before");
    awaitJournal(1);
    ((Ejabberd) server)
        .evaluate(
            "exit(whereis(gen_mod:get_module_proc(<<\"capulet.lit\">>, mod_server_roster)), kill)");
    await().until(() -> ping(montague).type().equals("result"));

    var roster = connectRoster();
    var handover = roster.await(isHandover("subscribe"));
    assertThat(inner(handover).id(), is("before"));
    acknowledge(roster, handover);
    awaitEmptyJournal();
    montague.sendPresence(HOST, "unsubscribe", "after");
    assertThat(inner(roster.await(isHandover("unsubscribe"))).id(), is("after"));
  }

  /** Not a moment later: what comes again might have an effect that it did not have before. */
  @Test
  void whatWasAcknowledgedDoesNotComeAgainAfterAKill() throws Exception {
    var roster = connectRoster();
    for (var id : List.of("first", "second")) {
      montague.sendPresence(HOST, "subscribe", id);
      acknowledge(roster, roster.await(isHandover().and(stanza -> inner(stanza).id().equals(id))));
    }
    send(roster, HOST, "<presence to='montague.lit'/>"); // behind the acknowledgements
    ((Ejabberd) server)
        .evaluate(
            "element(1, sys:get_state(gen_mod:get_module_proc(<<\"capulet.lit\">>, mod_server_roster)))");

    server.kill9();
    server.start();

    var after = connectRosterAgain();
    await().ignoreExceptions().until(() -> ping(montague).type().equals("result"));
    montague.sendPresence(HOST, "unsubscribe", "third");
    after.await(isHandover("unsubscribe"));
    assertThat(after.received().stream().filter(isHandover("subscribe")).toList(), empty());
  }

  /** More crashes in a second than a supervisor of ejabberd bears: then it would end the server. */
  @Test
  void whatTheShimCannotHandleNeitherEndsItNorTheServer() throws Exception {
    montague.sendPresence(HOST, "subscribe", "before");
    awaitJournal(1);
    var ejabberd = (Ejabberd) server;
    var name = "gen_mod:get_module_proc(<<\"capulet.lit\">>, mod_server_roster)";
    var before = ejabberd.evaluate("whereis(" + name + ")");
    for (var nonsense :
        List.of(
            "{iq_reply, nonsense, {send, self(), nonsense, nonsense}}",
            "{'$gen_cast', {reload, 7}}")) {
      ejabberd.evaluate(
          "[begin catch %s ! %s, timer:sleep(2) end || _ <- lists:seq(1, 100)]"
              .formatted(name, nonsense));
    }
    assertThat(
        "a question that cannot be handled is answered",
        ejabberd.evaluate("gen_server:call(" + name + ", {take, nonsense}, 5000)"),
        is("{error,crashed}"));
    assertThat(ejabberd.evaluate("whereis(" + name + ")"), is(before));
    await().until(() -> ping(montague).type().equals("result"));

    var roster = connectRoster();
    var handover = roster.await(isHandover("subscribe"));
    assertThat(inner(handover).id(), is("before"));
    acknowledge(roster, handover);
    awaitEmptyJournal();
  }

  /** ejabberd takes several streams of one component and spreads over them what is for it. */
  @Test
  void answersGoToTheStreamThatHasAsked() throws Exception {
    var replicas = List.of(connectRoster(), connectRoster());
    for (int i = 0; i < 20; i++) {
      for (var replica : replicas) {
        var asker = replicas.indexOf(replica) + "-" + i;
        sendOnly(replica, HOST, "<presence to='montague.lit'/>", "sent-" + asker);
        sendOnly(replica, HOST, "<presence to='capulet.lit'/>", "refused-" + asker);
        sendOnly(replica, HOST, iqGet("i"), "asked-" + asker);
      }
    }
    await()
        .untilAsserted(
            () -> {
              montague.received().stream().filter(this::notAnswered).forEach(this::answer);
              for (var replica : replicas) {
                var mine = replicas.indexOf(replica) + "-";
                assertThat(
                    replica.received().stream().map(Stanza::id).sorted().toList(),
                    is(
                        Stream.of("asked-", "refused-", "sent-")
                            .flatMap(kind -> IntStream.range(0, 20).mapToObj(i -> kind + mine + i))
                            .sorted()
                            .toList()));
              }
            });
  }

  private final Set<String> answered = new HashSet<>();

  private boolean notAnswered(Stanza stanza) {
    return stanza.name().equals("iq") && answered.add(stanza.id());
  }

  private void answer(Stanza question) {
    try {
      montague.send(
          "<iq type='result' from='montague.lit' to='capulet.lit' id='%s'/>"
              .formatted(question.id()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWasAtAStreamThatIsGoneGoesToTheOther() throws Exception {
    var replicas = List.of(connectRoster(), connectRoster());
    montague.sendPresence(SECOND_HOST, "subscribe", "s");
    var asked = theOneThatReceives(replicas, isHandover("subscribe"));
    var other = replicas.get(1 - replicas.indexOf(asked));

    asked.close();

    assertThat(
        inner(other.await(isHandover("subscribe"))).id(), is("s")); // long before its time-out
  }

  @Test
  void aCommandAtOneStreamIsNotRefusedWhenTheOtherIsGone() throws Exception {
    var replicas = List.of(connectRoster(), connectRoster());
    var admin = server.login(Lab.ADMIN);
    opened.add(admin);
    admin.send(command("run").replace(HOST, SECOND_HOST));
    var runs = theOneThatReceives(replicas, isHandover());

    replicas.get(1 - replicas.indexOf(runs)).close();

    await().until(() -> Files.readString(server.log()).contains("is gone, another goes on"));
    runs.send(
        "<iq type='result' from='%s' to='%s' id='%s'><handover xmlns='%s'><iq xmlns='jabber:client' type='result' id='run'/></handover></iq>"
            .formatted(COMPONENT, SECOND_HOST, runs.await(isHandover()).id(), NS));
    assertThat(admin.await(stanza -> stanza.id().equals("run")).type(), is("result"));
  }

  private static ComponentClient theOneThatReceives(
      List<ComponentClient> replicas, Predicate<Stanza> wanted) {
    return await()
        .until(
            () ->
                replicas.stream()
                    .filter(replica -> replica.received().stream().anyMatch(wanted))
                    .findAny(),
            Optional::isPresent)
        .get();
  }

  @Test
  void otherModulesCanAskWhomTheHostTrusts() throws Exception {
    var roster = connectRoster();
    roster.onStanza(
        stanza ->
            stanza
                .child(NS, "trusted")
                .ifPresent(question -> answerTrust(roster, stanza, question.attribute("peer"))));
    var ejabberd = (Ejabberd) server;
    assertThat(
        ejabberd.evaluate("mod_server_roster:trusted(<<\"capulet.lit\">>, <<\"Montague.lit\">>)"),
        is("true"));
    assertThat(
        ejabberd.evaluate("mod_server_roster:trusted(<<\"capulet.lit\">>, <<\"p1.lit\">>)"),
        is("false"));
    assertThat(
        ejabberd.evaluate("mod_server_roster:trusted(<<\"stock.lit\">>, <<\"montague.lit\">>)"),
        is("false"));
    roster.close();
    awaitComponentGone();
    assertThat(
        "remembered",
        ejabberd.evaluate("mod_server_roster:trusted(<<\"capulet.lit\">>, <<\"montague.lit\">>)"),
        is("true"));
    assertThat(
        "closed",
        ejabberd.evaluate("mod_server_roster:trusted(<<\"capulet.lit\">>, <<\"p2.lit\">>)"),
        is("false"));
    assertThat(journal(HOST), empty());
  }

  static void answerTrust(ComponentClient roster, Stanza question, String peer) {
    try {
      roster.send(
          "<iq type='result' from='%s' to='%s' id='%s'><trusted xmlns='%s' peer='%s' trusted='%s' state='both'/></iq>"
              .formatted(
                  COMPONENT,
                  question.from(),
                  question.id(),
                  NS,
                  peer,
                  peer.equals("montague.lit")));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
