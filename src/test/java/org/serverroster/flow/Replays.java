package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;
import static org.serverroster.flow.WholeProtocol.act;
import static org.serverroster.flow.WholeProtocol.awaitAllMailAbout;

import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.lab.AppendixA;

/**
 * The stanzas of whole lives once more, and in any order: the state is what the tables of RFC 6121
 * make of the order in which they were accepted, nobody is approved but by a person, and each
 * request is one mail to each administrator.
 */
abstract class Replays extends Story {

  /** What a peer said over two lives. */
  private static final List<String> LIVES =
      List.of(
          "subscribe",
          "subscribed",
          "unsubscribed",
          "unsubscribe",
          "subscribe",
          "unsubscribe",
          "subscribe",
          "subscribed");

  private static final int ORDERS = 16;
  private static final int STEPS = 30;

  @Test
  void aRecordedLifeIsNoApprovalWhenItIsPlayedAgain() {
    String peer = "recorded.lit";
    Expected expected = new Expected();
    List<String> recording = new ArrayList<>();
    hears(peer, expected, "subscribe", recording);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    expected.does("approve");
    agree(peer, expected);
    for (String type : List.of("subscribed", "unsubscribed", "unsubscribe", "subscribe")) {
      hears(peer, expected, type, recording);
      agree(peer, expected);
    }
    patiently().until(() -> mailboxes().asking(NURSE, peer).size() == 2);
    Browser.press(mailboxes().asking(NURSE, peer).get(1).link("deny"));
    expected.does("deny");
    agree(peer, expected);

    for (int time = 0; time < 2; time++) {
      for (String stanza : recording) {
        assertEquals("result", xmpp().handOver(OURS, stanza).getAttribute("type"));
        expected.hears(typeOf(stanza));
        agree(peer, expected);
      }
    }

    assertFalse(expected.trusts());
    nothingMoreIsSaid(peer, expected);
    awaitAllMailAbout(peer);
    assertEquals(2, mailboxes().asking(NURSE, peer).size());
  }

  @Test
  void eachStanzaOfALifeTwiceIsTheSameLife() {
    String peer = "stutter.lit";
    Expected expected = new Expected();
    twice(peer, expected, "subscribe");
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    expected.does("approve");
    for (String type : List.of("subscribed", "subscribe", "unsubscribe", "unsubscribed")) {
      twice(peer, expected, type);
    }
    assertEquals("none", expected.state());
    nothingMoreIsSaid(peer, expected);
    awaitAllMailAbout(peer);
    assertEquals(1, mailboxes().asking(NURSE, peer).size());
    assertEquals(1, mailboxes().asking(JULIET, peer).size());
  }

  /** All at once, each peer's stanzas in an order of its own, nobody waiting for an answer. */
  @Test
  void inWhateverOrderStanzasComeNothingIsApproved() {
    Map<String, Expected> lives = new LinkedHashMap<>();
    List<String> stream = new ArrayList<>();
    for (int seed = 1; seed <= ORDERS; seed++) {
      String peer = "shuffled-" + seed + ".lit";
      List<String> types = new ArrayList<>(LIVES);
      Collections.shuffle(types, new Random(seed));
      Expected expected = new Expected();
      types.forEach(expected::hears);
      lives.put(peer, expected);
      stream.addAll(types.stream().map(type -> presence(peer, type, "id='same'")).toList());
    }
    List<String> handOvers = new ArrayList<>();
    mixed(stream, LIVES.size(), new Random(0))
        .forEach(stanza -> handOvers.add(xmpp().startHandOver(OURS, stanza)));
    handOvers.forEach(
        id -> assertEquals("result", xmpp().awaitAnswer(id).getAttribute("type"), id));

    lives.forEach(
        (peer, expected) -> {
          assertFalse(expected.trusts());
          agree(peer, expected);
          nothingMoreIsSaid(peer, expected);
          oneMailEach(peer, expected);
        });
  }

  /** Peers and people in an order by chance, each step accepted before the next. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverPeersAndPeopleDoTheTablesTellTheState(long seed) {
    String peer = "chance-" + seed + ".lit";
    Random chance = new Random(seed);
    Expected expected = new Expected();
    for (int step = 0; step < STEPS; step++) {
      List<String> can =
          Stream.concat(
                  AppendixA.TYPES.stream().sorted().map(type -> "hear " + type),
                  Stream.of("subscribe", "pre-approve", "approve", "deny", "revoke", "unsubscribe")
                      .filter(
                          act -> expected.allows(act.equals("pre-approve") ? "subscribe" : act)))
              .toList();
      String next = can.get(chance.nextInt(can.size()));
      switch (next) {
        case "hear subscribe", "hear subscribed", "hear unsubscribe", "hear unsubscribed" ->
            hears(peer, expected, next.substring("hear ".length()), new ArrayList<>());
        case "pre-approve" -> {
          act(peer, "subscribe", Map.of("preApprove", true)).statusCode(202);
          expected.asksAndPreApproves();
        }
        case "subscribe" -> {
          act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);
          expected.does("subscribe");
        }
        default -> {
          act(peer, next, Map.of()).statusCode(200);
          expected.does(next);
        }
      }
      assertEquals(
          expected.state(), stateOf(peer), "seed " + seed + ", step " + step + ": " + next);
    }
    agree(peer, expected);
    nothingMoreIsSaid(peer, expected);
    oneMailEach(peer, expected);
  }

  private static void hears(String peer, Expected expected, String type, List<String> recording) {
    String stanza = presence(peer, type, "id='recorded-" + recording.size() + "'");
    assertEquals("result", xmpp().handOver(OURS, stanza).getAttribute("type"));
    recording.add(stanza);
    expected.hears(type);
  }

  private static void twice(String peer, Expected expected, String type) {
    for (int time = 0; time < 2; time++) {
      hears(peer, expected, type, new ArrayList<>());
      agree(peer, expected);
    }
  }

  /** Merges the orders of several peers, so many stanzas each, and keeps each of them. */
  private static List<String> mixed(List<String> orders, int length, Random chance) {
    List<Integer> turns = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      turns.add(i / length);
    }
    Collections.shuffle(turns, chance);
    int[] next = new int[orders.size() / length];
    return turns.stream().map(turn -> orders.get(turn * length + next[turn]++)).toList();
  }

  private static void agree(String peer, Expected expected) {
    assertEquals(expected.state(), stateOf(peer), peer);
    assertEquals(expected.trusts() ? 200 : 404, trusted(peer).statusCode(), peer);
    assertEquals(expected.said(), awaitTypesTo(peer, expected.said().size()), peer);
  }

  /** What leaves for a peer leaves in order: behind one more word, nothing else can come. */
  private static void nothingMoreIsSaid(String peer, Expected expected) {
    String word = expected.allows("subscribe") ? "subscribe" : "unsubscribe";
    act(peer, word, Map.of("preApprove", false)).statusCode(word.equals("subscribe") ? 202 : 200);
    expected.does(word);
    agree(peer, expected);
  }

  /** A request that is taken back before its mail has left needs none, nor does a quiet one. */
  private static void oneMailEach(String peer, Expected expected) {
    for (String administrator : List.of(NURSE, JULIET)) {
      if (expected.isAskedAbout()) {
        patiently().until(() -> !mailboxes().asking(administrator, peer).isEmpty());
      }
      int mails = mailboxes().asking(administrator, peer).size();
      assertTrue(mails <= expected.requests(), peer + ": " + mails + " of " + expected.requests());
    }
  }

  private static String stateOf(String peer) {
    Response answer = as("admin").get("/api/v1/domains/capulet.lit/peers/" + peer);
    return answer.statusCode() == 404 ? "none" : answer.path("state");
  }

  private static String typeOf(String stanza) {
    return stanza.replaceAll(".* type='([a-z]+)'.*", "$1");
  }
}
