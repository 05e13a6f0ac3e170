package org.serverroster.servers;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Dns;
import org.serverroster.lab.HostServer;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Stanza;

/**
 * What a shim does, on a real server, with peers behind another real server. Server Roster is
 * played by hand, so that it can freeze, break and refuse.
 */
@Tag("servers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ShimContract {
  static final String NS = "urn:server-roster:handover:0";
  static final String HOST = Lab.HOST;
  static final String SECOND_HOST = "prince.lit";
  static final String STOCK_HOST = "stock.lit";
  static final String COMPONENT = Lab.COMPONENT;
  static final String OTHER_COMPONENT = "other.capulet.lit";
  static final String USER = "nurse@capulet.lit";
  static final List<String> PEERS = List.of(Lab.PEER, "p1.lit", "p2.lit", "p3.lit");
  static final int MAX_PER_PEER = 5;
  static final int MAX_PENDING = 12;

  @TempDir static Path folder;
  static HostServer server;
  static final Map<String, ComponentClient> peers = new LinkedHashMap<>();
  final List<AutoCloseable> opened = new ArrayList<>();
  ComponentClient montague;
  private Dns dns;
  private HostServer peerServer;

  /** The server under test, with what every server here has; more can be configured. */
  abstract HostServer hostServer(Path folder, Dns dns) throws IOException;

  /** The server that carries the peers. */
  abstract HostServer peerServer(Path folder, Dns dns) throws IOException;

  /** The numbers of what the journal says is still to be handed over. */
  abstract List<String> journal(String host) throws IOException;

  /** Waits until the server has noticed that the component is gone. */
  abstract void awaitComponentGone() throws IOException;

  /** What the server says by itself to a user who greets its bare domain, if anything. */
  abstract void awaitOwnAnswerToAUser() throws IOException;

  @BeforeAll
  void startPeers() throws Exception {
    dns = Dns.start();
    var settings =
        Map.of(
            "timeout",
            "1",
            "retry_max",
            "1",
            "max_pending",
            Integer.toString(MAX_PENDING),
            "max_pending_per_peer",
            Integer.toString(MAX_PER_PEER));
    server = hostServer(folder.resolve("host"), dns);
    server.rosterHost(HOST, COMPONENT, settings);
    server.rosterHost(SECOND_HOST, COMPONENT, Map.of("timeout", "600"));
    server.host(STOCK_HOST);
    server.component(COMPONENT, Lab.SECRET);
    server.component(OTHER_COMPONENT, Lab.SECRET);
    server.admin(Lab.ADMIN, Lab.SECRET);
    server.user(USER, Lab.SECRET);
    peerServer = peerServer(folder.resolve("peers"), dns);
    peerServer.host("verona.lit");
    for (var peer : PEERS) {
      peerServer.component(peer, Lab.SECRET);
    }
    peerServer.start();
    for (var peer : PEERS) {
      peers.put(peer, peerServer.connect(peer));
    }
  }

  @AfterAll
  void stopPeers() throws Exception {
    peers.values().forEach(ComponentClient::close);
    peers.clear();
    for (var each : Arrays.asList(server, peerServer, dns)) {
      if (each != null) {
        each.close();
      }
    }
  }

  @BeforeEach
  void startFreshServer() throws Exception {
    server.wipe();
    server.start();
    montague = peers.get(Lab.PEER);
    for (var peer : peers.values()) {
      // The peers' server may still be sulking about the one that was killed.
      await().ignoreExceptions().until(() -> ping(peer).type().equals("result"));
      peer.clear();
    }
  }

  @AfterEach
  void killServer() throws Exception {
    for (var each : opened) {
      each.close();
    }
    opened.clear();
    server.kill9();
  }

  // --- Server to component: the hand-over

  @Test
  void presenceArrivesIntactAndIsJournaledUntilAcknowledged() throws Exception {
    var roster = connectRoster();
    montague.send(
        """
        <presence from='montague.lit' to='capulet.lit/resource' type='subscribe' id='s1' xml:lang='en'>\
        <status>Love &lt;us&gt; &amp;
        ours</status><x xmlns='urn:example:x' a='&quot;'><y xmlns='urn:example:y'/></x></presence>""");

    var handover = roster.await(isHandover("subscribe"));

    assertThat(handover.type(), is("set"));
    assertThat(handover.from(), is(HOST));
    assertThat(handover.to(), is(COMPONENT));
    assertThat(
        handover.child(NS, "handover").orElseThrow().attribute("seq"), matchesPattern("\\d+"));
    var presence = inner(handover);
    assertThat(presence.namespace(), is("jabber:client"));
    assertThat(presence.from(), is(Lab.PEER));
    assertThat("a resource is stripped", presence.to(), is(HOST));
    assertThat(presence.id(), is("s1"));
    assertThat(
        presence.child("jabber:client", "status").orElseThrow().text(), is("Love <us> &\nours"));
    var payload = presence.child("urn:example:x", "x").orElseThrow();
    assertThat(payload.attribute("a"), is("\""));
    assertThat(payload.child("urn:example:y", "y").isPresent(), is(true));

    assertThat(journal(HOST), hasSize(1));
    acknowledge(roster, handover);
    awaitEmptyJournal();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unavailable", "probe", "error"})
  void otherPresenceIsHandedOverButNotJournaled(String type) throws Exception {
    var roster = connectRoster();
    montague.sendPresence(HOST, type.isEmpty() ? null : type, "other");

    roster.await(isHandover(type));

    assertThat(journal(HOST), empty());
  }

  @Test
  void otherPresenceIsDroppedSilentlyWhileTheComponentIsAway() throws Exception {
    montague.sendPresence(HOST, "probe", "dropped");
    montague.sendPresence(HOST, null, "dropped");
    pingHost();
    assertThat(
        montague.received().stream().filter(stanza -> stanza.id().equals("dropped")).toList(),
        empty());

    var roster = connectRoster();
    montague.sendPresence(HOST, "probe", "later");
    assertThat(inner(roster.await(isHandover("probe"))).id(), is("later"));
  }

  @Test
  void unknownPresenceTypeIsRefusedByTheShim() throws Exception {
    var roster = connectRoster();
    // ejabberd would not let it through.
    var other = server.connect(OTHER_COMPONENT);
    opened.add(other);
    other.sendPresence(HOST, "befriend", "odd");
    assertThat(other.await(stanza -> stanza.id().equals("odd")).error(), is("modify/bad-request"));
    assertThat(roster.received(), empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"romeo@montague.lit", "romeo@montague.lit/garden"})
  void presenceOfUsersIsNotHandedOver(String from) throws Exception {
    var roster = connectRoster();
    montague.send("<presence from='%s' to='capulet.lit' type='subscribe'/>".formatted(from));
    awaitOwnAnswerToAUser();
    var nurse = server.login(USER);
    opened.add(nurse);
    nurse.send("<presence to='capulet.lit' type='subscribe'/>");
    nurse.send("<iq type='get' to='capulet.lit' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>");
    nurse.await(stanza -> stanza.id().equals("ping"));

    assertThat(roster.received(), empty());
    assertThat(journal(HOST), empty());
  }

  @Test
  void nothingIsLostWhileTheComponentIsAway() throws Exception {
    sendFromAllPeers("subscribe", "unsubscribe", "subscribed");
    awaitJournal(12);

    var roster = connectRoster();
    acknowledgeAll(roster);

    awaitEmptyJournal();
    assertAllArrivedInOrder(roster.received(), "subscribe", "unsubscribe", "subscribed");
  }

  @Test
  void nothingIsLostWhenTheComponentFreezesAndItsConnectionIsReset() throws Exception {
    var frozen = connectRoster();
    frozen.stopReading();
    sendFromAllPeers("subscribe", "unsubscribe", "unsubscribed");
    awaitJournal(12);
    frozen.reset();

    var roster = connectRosterAgain();
    acknowledgeAll(roster);

    awaitEmptyJournal();
    assertAllArrivedInOrder(roster.received(), "subscribe", "unsubscribe", "unsubscribed");
  }

  @Test
  void whatWasUnderWayGoesOutAgainAtOnceWhenTheComponentIsBack() throws Exception {
    var broken = connectRoster();
    montague.sendPresence(SECOND_HOST, "subscribe", "patient"); // its time-out is ten minutes
    var first = broken.await(isHandover("subscribe"));
    broken.reset();

    var roster = connectRosterAgain();
    assertThat(roster.await(isHandover("subscribe")).xml(), is(first.xml()));
  }

  @Test
  void theNextStanzaOfAPeerWaitsForTheAcknowledgementButOtherPeersDoNot() throws Exception {
    var roster = connectRoster();
    // The host whose time-out is ten minutes: on a slow machine nothing is handed over again.
    sendFromAllPeersTo(SECOND_HOST, "subscribe", "unsubscribe");
    for (var peer : PEERS) {
      roster.await(isHandover("subscribe").and(stanza -> inner(stanza).from().equals(peer)));
    }
    await().until(() -> journal(SECOND_HOST).size() == 2 * PEERS.size());
    assertThat("each once", roster.received(), hasSize(PEERS.size()));
    assertThat(roster.received().stream().filter(isHandover("unsubscribe")).toList(), empty());
  }

  /** Found by bin/fault-test: the acknowledgement of a slow commit came late and was not heard. */
  @Test
  void anAcknowledgementThatComesLateCounts() throws Exception {
    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "slow");
    var handover = roster.await(isHandover("subscribe"));
    await()
        .pollInterval(20, MILLISECONDS)
        .until(
            () ->
                java.nio.file.Files.readString(server.log()).contains("did not answer hand-over"));

    acknowledgeUnchecked(roster, handover);

    awaitEmptyJournal();
    montague.sendPresence(HOST, "unsubscribe", "next");
    var next = roster.await(isHandover());
    assertThat(inner(next).id(), is("next"));
    acknowledge(roster, next);
  }

  @Test
  void whatIsNeverAcknowledgedIsHandedOverAgainWithTheSameNumber() throws Exception {
    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "again");

    var first = roster.await(isHandover("subscribe"));
    var second = roster.await(isHandover("subscribe"));

    assertThat(second.xml(), is(first.xml()));
    acknowledge(roster, second);
    awaitEmptyJournal();
  }

  @Test
  void killOfTheServerLosesNothingThatWasTakenOver() throws Exception {
    var roster = connectRoster();
    sendFromAllPeers("subscribe", "subscribed", "unsubscribe");
    awaitJournal(12);
    var handover = roster.await(isHandover("subscribe"));
    acknowledge(roster, handover);
    awaitJournal(11);
    var before = journal(HOST);

    server.kill9();
    server.start();
    assertThat(journal(HOST), is(before));

    var again = connectRoster();
    acknowledgeAll(again);
    awaitEmptyJournal();
    var ids = again.received().stream().filter(isHandover()).map(Stanza::id).distinct().toList();
    assertThat(ids, hasSize(11));
    assertThat(ids, not(hasItem(handover.id())));
    for (var peer : PEERS) {
      var types = typesFrom(again.received(), peer);
      assertThat(
          types.subList(types.size() - 2, types.size()), contains("subscribed", "unsubscribe"));
    }
  }

  @Test
  void aStanzaThatBreaksTheStreamEachTimeIsHeldBackButNotLost() throws Exception {
    var breaking = isHandover().and(stanza -> inner(stanza).id().equals("poison"));
    montague.sendPresence(SECOND_HOST, "subscribe", "poison");
    for (var i = 0; i < 3; i++) {
      var victim = connectRosterAgain();
      victim.await(breaking);
      victim.reset();
    }

    var roster = connectRosterAgain();
    peers.get("p1.lit").sendPresence(SECOND_HOST, "subscribe", "innocent");
    var first = roster.await(isHandover());
    assertThat(inner(first).id(), is("innocent"));
    acknowledge(roster, first);
    acknowledge(roster, roster.await(breaking));
    await().until(() -> journal(SECOND_HOST).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "wait, resource-constraint",
    "wait, internal-server-error",
    "cancel, service-unavailable",
    "cancel, feature-not-implemented",
    "auth, forbidden"
  })
  void anAnswerThatSaysNotNowIsRetried(String type, String condition) throws Exception {
    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "retry");

    var first = roster.await(isHandover("subscribe"));
    refuse(roster, first, type, condition);
    var second = roster.await(isHandover("subscribe"));

    assertThat(second.xml(), is(first.xml()));
    assertThat(journal(HOST), hasSize(1));
  }

  @ParameterizedTest
  @CsvSource({"modify, bad-request", "cancel, not-allowed", "auth, not-authorized"})
  void aRefusalIsFinalAndTheNextStanzaFollows(String type, String condition) throws Exception {
    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "refused");
    montague.sendPresence(HOST, "unsubscribe", "next");

    refuse(roster, roster.await(isHandover("subscribe")), type, condition);
    acknowledge(roster, roster.await(isHandover("unsubscribe")));

    awaitEmptyJournal();
    assertThat(roster.received(), hasSize(2));
  }

  @Test
  void nobodyElseCanAcknowledge() throws Exception {
    var roster = connectRoster();
    var other = server.connect(OTHER_COMPONENT);
    opened.add(other);
    montague.sendPresence(HOST, "subscribe", "mine");
    var id = roster.await(isHandover("subscribe")).id();

    other.send(
        "<iq type='result' from='%s' to='%s' id='%s'/>".formatted(OTHER_COMPONENT, HOST, id));
    montague.send("<iq type='result' from='%s' to='%s' id='%s'/>".formatted(Lab.PEER, HOST, id));
    pingHost();

    assertThat(journal(HOST), hasSize(1));
    assertThat(roster.await(isHandover("subscribe")).id(), is(id));
  }

  @Test
  void aPeerThatAsksTooMuchIsToldToWait() throws Exception {
    for (var i = 0; i < MAX_PER_PEER; i++) {
      montague.sendPresence(HOST, i % 2 == 0 ? "subscribe" : "unsubscribe", "ok" + i);
    }
    montague.sendPresence(HOST, "unsubscribe", "one-too-many");

    assertThat(
        montague.await(stanza -> stanza.id().equals("one-too-many")).error(),
        is("wait/resource-constraint"));
    assertThat(journal(HOST), hasSize(MAX_PER_PEER));
    peers.get("p1.lit").sendPresence(HOST, "subscribe", "another-peer");
    awaitJournal(MAX_PER_PEER + 1);
  }

  @Test
  void allPeersTogetherAreBoundedToo() throws Exception {
    sendFromAllPeers("subscribe", "unsubscribe", "subscribe");
    awaitJournal(MAX_PENDING);
    montague.sendPresence(HOST, "unsubscribe", "one-too-many");

    assertThat(
        montague.await(stanza -> stanza.id().equals("one-too-many")).error(),
        is("wait/resource-constraint"));
    assertThat(journal(HOST), hasSize(MAX_PENDING));
  }

  @Test
  void aRepeatOfWhatStillWaitsTakesNoRoom() throws Exception {
    for (var i = 0; i < 3 * MAX_PER_PEER; i++) {
      montague.sendPresence(HOST, "subscribe", "same" + i);
    }
    montague.sendPresence(HOST, "unsubscribe", "last");
    awaitJournal(2);

    var roster = connectRoster();
    acknowledgeAll(roster);
    awaitEmptyJournal();
    assertThat(
        roster.received().stream().map(stanza -> inner(stanza).id()).toList(),
        contains("same0", "last"));
  }

  @Test
  void anOversizedStanzaIsRefused() throws Exception {
    var roster = connectRoster();
    montague.send(
        "<presence from='montague.lit' to='capulet.lit' type='subscribe' id='fat'><status>%s</status></presence>"
            .formatted("x".repeat(11_000)));
    montague.send(
        "<presence from='montague.lit' to='capulet.lit' type='subscribe' id='deep'>%s%s</presence>"
            .formatted("<x xmlns='urn:x'>".repeat(30), "</x>".repeat(30)));

    for (var id : List.of("fat", "deep")) {
      assertThat(
          montague.await(stanza -> stanza.id().equals(id)).error(), is("modify/policy-violation"));
    }
    assertThat(roster.received(), empty());
    assertThat(journal(HOST), empty());
  }

  @Test
  void twoHostsShareOneComponent() throws Exception {
    var roster = connectRoster();
    montague.sendPresence(HOST, "subscribe", "one");
    montague.sendPresence(SECOND_HOST, "subscribe", "two");
    var first = roster.await(isHandover("subscribe").and(stanza -> stanza.from().equals(HOST)));
    var second =
        roster.await(isHandover("subscribe").and(stanza -> stanza.from().equals(SECOND_HOST)));
    assertThat(inner(first).id(), is("one"));
    assertThat(inner(second).id(), is("two"));
    acknowledge(roster, second);
    await().until(() -> journal(SECOND_HOST).isEmpty());
    assertThat(journal(HOST), hasSize(1));

    send(roster, SECOND_HOST, "<presence to='montague.lit' type='subscribed' id='yes'/>");
    assertThat(montague.await(stanza -> stanza.id().equals("yes")).from(), is(SECOND_HOST));
  }

  // --- Component to server: send

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unavailable",
        "subscribe",
        "subscribed",
        "unsubscribe",
        "unsubscribed",
        "probe"
      })
  void presenceIsSentInTheNameOfTheHost(String type) throws Exception {
    var roster = connectRoster();
    var typed = type.isEmpty() ? "" : " type='" + type + "'";

    var answer =
        send(
            roster,
            HOST,
            "<presence xmlns='jabber:client' to='montague.lit' id='out'%s><status>hi</status></presence>"
                .formatted(typed));

    assertThat(answer.type(), is("result"));
    var presence = montague.await(stanza -> stanza.id().equals("out"));
    assertThat(presence.from(), is(HOST));
    assertThat(presence.type(), is(type));
    assertThat(presence.text(), is("hi"));
  }

  @Test
  void presenceToAServerThatDoesNotExistComesBackAsAHandedOverError() throws Exception {
    var roster = connectRoster();
    assertThat(
        send(roster, HOST, "<presence to='nowhere.lit' type='subscribe' id='lost'/>").type(),
        is("result"));

    var bounce = inner(roster.await(isHandover("error")));
    assertThat(bounce.from(), is("nowhere.lit"));
    assertThat(bounce.error(), is("cancel/remote-server-not-found"));
  }

  @Test
  void anIqIsAnsweredWithThePeersAnswer() throws Exception {
    var roster = connectRoster();
    sendOnly(roster, HOST, iqGet("good"), "ask");

    var question = montague.await(stanza -> stanza.name().equals("iq"));
    assertThat(question.from(), is(HOST));
    assertThat(question.child("jabber:iq:version", "query").isPresent(), is(true));
    montague.send(
        "<iq type='result' from='montague.lit' to='capulet.lit' id='%s'><query xmlns='jabber:iq:version'><name>M</name></query></iq>"
            .formatted(question.id()));

    var answer = sendAnswer(roster, "ask");
    assertThat(answer.type(), is("result"));
    assertThat(answer.id(), is("good"));
    assertThat(answer.from(), is(Lab.PEER));
    assertThat(answer.child("jabber:iq:version", "query").orElseThrow().text(), is("M"));
  }

  @Test
  void anErrorATimeOutAndAnOversizedAnswerToAnIqAreErrorsInside() throws Exception {
    var roster = connectRoster();
    sendOnly(roster, HOST, iqGet("a"), "error");
    var question = montague.await(stanza -> stanza.name().equals("iq"));
    montague.send(
        "<iq type='error' from='montague.lit' to='capulet.lit' id='%s'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            .formatted(question.id()));
    assertThat(sendAnswer(roster, "error").error(), is("auth/forbidden"));

    sendOnly(roster, HOST, iqGet("b"), "large");
    question = montague.await(stanza -> stanza.name().equals("iq"));
    montague.send(
        "<iq type='result' from='montague.lit' to='capulet.lit' id='%s'><query xmlns='jabber:iq:version'><name>%s</name></query></iq>"
            .formatted(question.id(), "x".repeat(70_000)));
    assertThat(sendAnswer(roster, "large").error(), is("modify/policy-violation"));

    sendOnly(roster, HOST, iqGet("c"), "silence");
    assertThat(sendAnswer(roster, "silence").error(), is("wait/remote-server-timeout"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<presence to='montague.lit' type='error'/>                    | cancel/not-allowed",
        "<presence to='montague.lit' type='befriend'/>                 | cancel/not-allowed",
        "<presence to='montague.lit/x' type='subscribe'/>              | cancel/not-allowed",
        "<iq to='montague.lit' type='set' id='i'><x xmlns='urn:x'/></iq> | cancel/not-allowed",
        "<iq to='montague.lit' type='result' id='i'/>                  | cancel/not-allowed",
        "<iq to='montague.lit' type='get' id='i'/>                     | modify/bad-request",
        "<presence to='romeo@montague.lit' type='subscribe'/>          | modify/bad-request",
        "<presence to='capulet.lit' type='subscribe'/>                 | modify/bad-request",
        "<presence type='subscribe'/>                                  | modify/bad-request",
        "<presence to='@' type='subscribe'/>                           | modify/bad-request",
        "<presence from='capulet.lit' to='montague.lit'/>              | modify/bad-request",
        "<presence from='verona.lit' to='montague.lit'/>               | modify/bad-request",
        "<message to='montague.lit'><body>hi</body></message>          | modify/bad-request",
        "<presence xmlns='urn:x' to='montague.lit'/>                   | modify/bad-request",
        "<presence to='montague.lit'/><presence to='p1.lit'/>          | modify/bad-request",
      })
  void anythingElseIsNotSent(String stanza, String error) throws Exception {
    var roster = connectRoster();

    assertThat(send(roster, HOST, stanza).error(), is(error));

    send(roster, HOST, "<presence to='montague.lit' id='marker'/>");
    montague.await(any -> any.id().equals("marker"));
    assertThat(montague.received(), hasSize(1));
  }

  @Test
  void nobodyElseCanSend() throws Exception {
    var send =
        "<iq type='set' %s to='capulet.lit' id='forged'><send xmlns='%s'><presence to='p1.lit' id='forged' type='subscribed'/></send></iq>";
    var roster = connectRoster();
    var other = server.connect(OTHER_COMPONENT);
    opened.add(other);
    var nurse = server.login(USER);
    opened.add(nurse);
    var admin = server.login(Lab.ADMIN);
    opened.add(admin);

    other.send(send.formatted("from='" + OTHER_COMPONENT + "'", NS));
    assertThat(other.await(stanza -> stanza.id().equals("forged")).error(), is("auth/forbidden"));
    roster.send(send.formatted("from='someone@" + COMPONENT + "'", NS));
    assertThat(roster.await(stanza -> stanza.id().equals("forged")).error(), is("auth/forbidden"));
    for (var user : List.of(nurse, admin)) {
      user.send(send.formatted("", NS));
      assertThat(
          user.await(stanza -> stanza.id().equals("forged")).error(),
          is("cancel/service-unavailable"));
    }
    montague.send(send.formatted("from='montague.lit'", NS));
    assertThat(
        montague.await(stanza -> stanza.id().equals("forged")).error(),
        is("cancel/service-unavailable"));

    send(roster, HOST, "<presence to='p1.lit' id='marker'/>");
    peers.get("p1.lit").await(stanza -> stanza.id().equals("marker"));
    assertThat(
        peers.get("p1.lit").received().stream()
            .filter(stanza -> stanza.id().equals("forged"))
            .toList(),
        empty());
  }

  @Test
  void theServersOwnFromCheckStaysOn() throws Exception {
    var roster = connectRoster();
    roster.send("<presence from='capulet.lit' to='montague.lit' type='subscribed'/>");
    await().until(roster::isClosed);
    pingHost();
    assertThat(
        montague.received().stream().filter(stanza -> stanza.name().equals("presence")).toList(),
        empty());
  }

  // --- Discovery and the ad-hoc command

  @Test
  void peersSeeTheFeature() throws Exception {
    montague.send(
        "<iq type='get' from='montague.lit' to='capulet.lit' id='disco'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    var info = montague.await(stanza -> stanza.id().equals("disco"));
    assertThat(
        info.children().get(0).children().stream()
            .filter(child -> child.attribute("var").equals("urn:xmpp:server-presence"))
            .toList(),
        not(empty()));
  }

  @Test
  void theCommandOfAnAdministratorIsHandedOverAndAnswered() throws Exception {
    var roster = connectRoster();
    var admin = server.login(Lab.ADMIN);
    opened.add(admin);
    admin.send(
        "<iq type='get' to='capulet.lit' id='list'><query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/></iq>");
    assertThat(
        admin.await(stanza -> stanza.id().equals("list")).children().get(0).children().stream()
            .filter(item -> item.attribute("node").endsWith("admin#server-buddy"))
            .toList(),
        not(empty()));

    admin.send(command("run"));
    var handover = roster.await(isHandover().and(stanza -> inner(stanza).name().equals("iq")));
    assertThat(inner(handover).from(), is(Lab.ADMIN + "/lab"));
    assertThat(inner(handover).to(), is(HOST));
    roster.send(
        "<iq type='result' from='%s' to='%s' id='%s'><handover xmlns='%s'><iq xmlns='jabber:client' type='result' from='x' to='y' id='run'><command xmlns='http://jabber.org/protocol/commands' status='completed'/></iq></handover></iq>"
            .formatted(COMPONENT, HOST, handover.id(), NS));
    var answer = admin.await(stanza -> stanza.id().equals("run"));
    assertThat(answer.type(), is("result"));
    assertThat(answer.from(), is(HOST));
    assertThat(answer.children().get(0).attribute("status"), is("completed"));

    admin.send(command("fails"));
    handover = roster.await(isHandover());
    roster.send(
        "<iq type='result' from='%s' to='%s' id='%s'><iq xmlns='jabber:client' type='error' id='fails'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq></iq>"
            .formatted(COMPONENT, HOST, handover.id()));
    assertThat(
        admin.await(stanza -> stanza.id().equals("fails")).error(), is("modify/bad-request"));

    admin.send(command("silence"));
    assertThat(
        admin.await(stanza -> stanza.id().equals("silence")).error(),
        is("wait/remote-server-timeout"));
    roster.close();
    awaitComponentGone();
    admin.send(command("away"));
    assertThat(
        admin.await(stanza -> stanza.id().equals("away")).error(),
        is("wait/remote-server-timeout"));
  }

  @Test
  void theCommandIsForbiddenToEverybodyElse() throws Exception {
    var roster = connectRoster();
    var nurse = server.login(USER);
    opened.add(nurse);
    nurse.send(command("no"));
    assertThat(nurse.await(stanza -> stanza.id().equals("no")).error(), is("auth/forbidden"));
    montague.send(command("no").replace("<iq ", "<iq from='admin@montague.lit/x' "));
    assertThat(montague.await(stanza -> stanza.id().equals("no")).error(), is("auth/forbidden"));
    assertThat(roster.received(), empty());
  }

  // --- What the tests say to the servers

  ComponentClient connectRoster() throws IOException {
    var roster = server.connect(COMPONENT);
    opened.add(roster);
    return roster;
  }

  /** Connects as soon as the server has noticed that the earlier connection is gone. */
  ComponentClient connectRosterAgain() {
    return await().ignoreExceptions().until(this::connectRoster, roster -> !roster.isClosed());
  }

  static void sendFromAllPeers(String... types) throws IOException {
    sendFromAllPeersTo(HOST, types);
  }

  static void sendFromAllPeersTo(String host, String... types) throws IOException {
    for (var type : types) {
      for (var peer : peers.values()) {
        peer.sendPresence(host, type, type);
      }
    }
  }

  /** A round trip behind everything the first peer has sent. */
  void pingHost() throws IOException {
    ping(montague);
  }

  static Stanza ping(ComponentClient peer) throws IOException {
    peer.send(
        "<iq type='get' from='%s' to='capulet.lit' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>"
            .formatted(peer.domain()));
    return peer.await(stanza -> stanza.id().equals("ping"));
  }

  static void acknowledge(ComponentClient roster, Stanza handover) throws IOException {
    roster.send(
        "<iq type='result' from='%s' to='%s' id='%s'/>"
            .formatted(COMPONENT, handover.from(), handover.id()));
  }

  /** Acknowledges what has come and what will come. */
  static void acknowledgeAll(ComponentClient roster) throws IOException {
    roster.onStanza(stanza -> acknowledgeUnchecked(roster, stanza));
    for (var stanza : roster.received()) {
      acknowledgeUnchecked(roster, stanza);
    }
  }

  static void acknowledgeUnchecked(ComponentClient roster, Stanza stanza) {
    if (isHandover().test(stanza)) {
      try {
        acknowledge(roster, stanza);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static void refuse(ComponentClient roster, Stanza handover, String type, String condition)
      throws IOException {
    roster.send(
        "<iq type='error' from='%s' to='%s' id='%s'><error type='%s'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            .formatted(COMPONENT, handover.from(), handover.id(), type, condition));
  }

  static Stanza send(ComponentClient roster, String host, String stanza) throws IOException {
    sendOnly(roster, host, stanza, "send");
    return roster.await(answer -> answer.id().equals("send"));
  }

  static void sendOnly(ComponentClient roster, String host, String stanza, String id)
      throws IOException {
    roster.send(
        "<iq type='set' from='%s' to='%s' id='%s'><send xmlns='%s'>%s</send></iq>"
            .formatted(COMPONENT, host, id, NS, stanza));
  }

  static Stanza sendAnswer(ComponentClient roster, String id) {
    var answer = roster.await(stanza -> stanza.id().equals(id));
    assertThat(answer.type(), is("result"));
    return answer.child(NS, "send").orElseThrow().child("jabber:client", "iq").orElseThrow();
  }

  static String iqGet(String id) {
    return "<iq xmlns='jabber:client' to='montague.lit' type='get' id='%s'><query xmlns='jabber:iq:version'/></iq>"
        .formatted(id);
  }

  static String command(String id) {
    return "<iq type='set' to='capulet.lit' id='%s'><command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#server-buddy' action='execute'/></iq>"
        .formatted(id);
  }

  // --- What the tests see

  static Predicate<Stanza> isHandover() {
    return stanza -> stanza.child(NS, "handover").isPresent();
  }

  static Predicate<Stanza> isHandover(String presenceType) {
    return isHandover().and(stanza -> inner(stanza).type().equals(presenceType));
  }

  static Stanza inner(Stanza handover) {
    return handover.child(NS, "handover").orElseThrow().children().get(0);
  }

  static List<String> typesFrom(List<Stanza> received, String peer) {
    return received.stream()
        .filter(isHandover())
        .map(ShimContract::inner)
        .filter(presence -> presence.from().equals(peer))
        .map(Stanza::type)
        .toList();
  }

  static void assertAllArrivedInOrder(List<Stanza> received, String... types) {
    for (var peer : PEERS) {
      assertThat(peer, typesFrom(received, peer), is(List.of(types)));
    }
  }

  void awaitJournal(int size) {
    await()
        .pollInterval(20, MILLISECONDS)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(journal(HOST), hasSize(size)));
  }

  void awaitEmptyJournal() {
    awaitJournal(0);
  }
}
