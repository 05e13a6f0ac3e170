package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.xmpp;
import static org.serverroster.flow.WholeProtocol.act;
import static org.serverroster.flow.WholeProtocol.fails;
import static org.serverroster.flow.WholeProtocol.notice;
import static org.serverroster.flow.WholeProtocol.noticesAbout;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** Peers with habits of their own, each through the life of a trust. */
abstract class PeerHabits extends Story {

  @AfterEach
  void onlyAcknowledgeAgain() {
    xmpp().acknowledgeSends();
  }

  @Test
  void aPeerThatUsesOneIdForEverything() {
    String peer = "one-id.lit";
    String id = "id='the-one-id'";
    asks(peer, id);
    asks(peer, id);
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    awaitTypesTo(peer, 3);
    fails(peer, "the-one-id", "remote-server-timeout", "wait");
    peer(peer)
        .body("state", equalTo("from+pending-out"))
        .body("lastError", equalTo("remote-server-timeout"));
    says(peer, "subscribed", id);
    assertState(peer, "both");
    asks(peer, id);
    says(peer, "unsubscribe", id);
    assertState(peer, "to");
    says(peer, "unsubscribed", id);
    assertState(peer, "none");
    asks(peer, id);
    assertState(peer, "none+pending-in");
    act(peer, "deny", Map.of()).statusCode(200);

    assertEquals(
        List.of(
            "subscribed",
            "",
            "subscribe",
            "subscribed",
            "",
            "unavailable",
            "unsubscribed",
            "unsubscribed"),
        awaitTypesTo(peer, 8));
    List<String> ours = sentTo(peer).stream().map(sent -> sent.getAttribute("id")).toList();
    assertFalse(ours.contains("the-one-id"), ours.toString());
    assertEquals(ours.size(), ours.stream().distinct().count(), ours.toString());
    assertEquals(404, trusted(peer).statusCode());
  }

  @Test
  void aPeerThatNeverSaysThatItIsThere() {
    String peer = "unseen.lit";
    act(peer, "subscribe", Map.of()).statusCode(202);
    tells(peer, "subscribed");
    asks(peer);
    peer(peer)
        .body("state", equalTo("both"))
        .body("online", equalTo(false))
        .body("lastSeen", notNullValue());
    assertEquals(200, trusted(peer).statusCode(), "trust needs no presence");
    assertEquals(List.of("subscribe", "subscribed", ""), awaitTypesTo(peer, 3));

    tells(peer, "probe");
    tells(peer, "unavailable");
    peer(peer).body("state", equalTo("both")).body("online", equalTo(false));
    act(peer, "revoke", Map.of()).statusCode(200).body("state", equalTo("none"));
    assertEquals(
        List.of("", "unavailable", "unsubscribed", "unsubscribe"),
        awaitTypesTo(peer, 7).subList(3, 7));
    tells(peer, "unsubscribed");
    tells(peer, "unsubscribe");
    assertState(peer, "none");
    assertEquals(7, sentTo(peer).size());
  }

  @Test
  void aPeerThatAnswersSubscribedToEverybodyAndEverything() {
    String peer = "eager-always.lit";
    ReactingPeer eager = new ReactingPeer(peer, type -> List.of("subscribed"));
    act(peer, "subscribe", Map.of("preApprove", false)).statusCode(202);
    patiently().untilAsserted(() -> assertState(peer, "to"));
    peer(peer).body("mayAnswerEverybody", equalTo(true));
    notice(peer, "may answer everybody");
    assertEquals(404, trusted(peer).statusCode(), "its answer is no approval of ours");

    eager.says("subscribe");
    patiently().untilAsserted(() -> assertState(peer, "to+pending-in"));
    eager.says("subscribed");
    eager.awaitHeard();
    assertState(peer, "to+pending-in");
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));
    awaitTypesTo(peer, 3);
    eager.awaitHeard();
    assertState(peer, "both");
    eager.says("probe");
    awaitTypesTo(peer, 4);

    act(peer, "revoke", Map.of()).statusCode(200).body("state", equalTo("none"));
    awaitTypesTo(peer, 7);
    eager.awaitHeard();
    assertState(peer, "none");
    eager.says("subscribe");
    patiently().untilAsserted(() -> assertState(peer, "none+pending-in"));
    act(peer, "deny", Map.of()).statusCode(200);
    assertEquals(
        List.of(
            "subscribe",
            "subscribed",
            "",
            "",
            "unavailable",
            "unsubscribed",
            "unsubscribe",
            "unsubscribed"),
        awaitTypesTo(peer, 8));
    eager.awaitHeard();
    assertState(peer, "none");
    assertEquals(404, trusted(peer).statusCode());
    assertEquals(8, sentTo(peer).size(), "what nobody asked for is never answered");
    assertEquals(
        1,
        noticesAbout(peer).stream().filter(mail -> mail.text().contains("accepted")).count(),
        "one answer was to a request");
  }

  @Test
  void metronomeAsksAndAsksAgainWhenItIsAccepted() {
    String peer = "metronome.lit";
    MetronomePeer metronome = new MetronomePeer(peer);
    metronome.asks();
    Browser.press(mailboxes().await(NURSE, peer).link("approve"));

    patiently().untilAsserted(() -> assertState(peer, "both"));
    assertEquals(List.of("subscribed", "", "subscribe", "subscribed", ""), awaitTypesTo(peer, 5));
    metronome.awaitHeard();
    assertTrue(metronome.trusts());
    peer(peer).body("online", equalTo(false));
    assertEquals(200, trusted(peer).statusCode());
    assertEquals(1, mailboxes().about(NURSE, peer).stream().filter(this::asksForDecision).count());

    metronome.removes();
    assertEquals(List.of("unavailable", "unsubscribed"), awaitTypesTo(peer, 7).subList(5, 7));
    assertState(peer, "to");
    assertEquals(404, trusted(peer).statusCode());
    act(peer, "unsubscribe", Map.of()).statusCode(200);
    assertEquals("unsubscribe", awaitTypesTo(peer, 8).get(7));
    metronome.awaitHeard();
    assertState(peer, "none");
    assertEquals(8, sentTo(peer).size());
  }

  @Test
  void metronomeKeepsTheMarkOfADenialAndWaitsForNothing() {
    String peer = "marked.lit";
    MetronomePeer metronome = new MetronomePeer(peer);
    metronome.asks();
    Browser.press(mailboxes().await(NURSE, peer).link("deny"));
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertTrue(metronome.hasMark(), "a later answer would mean acceptance to it");

    // We ask, and its people approve: it does not ask back, since to it that is all there is.
    act(peer, "subscribe", Map.of()).statusCode(202);
    awaitTypesTo(peer, 2);
    patiently().until(metronome::isAsked);
    metronome.approves();
    metronome.awaitHeard();
    peer(peer).body("state", equalTo("to")).body("preApproved", equalTo(true));
    assertEquals(404, trusted(peer).statusCode());

    // It asks after all: that was approved beforehand, and by its mark it asks a second time.
    metronome.asks();
    assertEquals(
        List.of("unsubscribed", "subscribe", "subscribed", "", "subscribed", ""),
        awaitTypesTo(peer, 6));
    metronome.awaitHeard();
    assertState(peer, "both");
    assertFalse(metronome.hasMark());

    act(peer, "revoke", Map.of()).statusCode(200);
    assertEquals(
        List.of("unavailable", "unsubscribed", "unsubscribe"), awaitTypesTo(peer, 9).subList(6, 9));
    metronome.awaitHeard();
    assertFalse(metronome.trusts());
    assertState(peer, "none");
    assertEquals(9, sentTo(peer).size());
    assertEquals(1, mailboxes().about(NURSE, peer).stream().filter(this::asksForDecision).count());
  }

  private boolean asksForDecision(Mailboxes.Mail mail) {
    return mail.text().contains("/approval/");
  }

  private static void says(String peer, String type, String id) {
    Element answer = xmpp().handOver(House.OURS, House.presence(peer, type, id));
    assertEquals("result", answer.getAttribute("type"));
  }
}
