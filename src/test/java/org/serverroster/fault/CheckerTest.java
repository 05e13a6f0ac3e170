package org.serverroster.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule of the checker against a history that keeps it, and one that breaks it. */
class CheckerTest {

  private static final String PEER = "montague.lit";
  private static final List<String> NURSE = List.of("nurse@capulet.lit");

  /** The beginning of SHA-256 of the nurse's address, as it is in her Message-IDs. */
  private static final String OF_NURSE = "r1.88a9284e924de9eb";

  private final List<Event> events = new ArrayList<>();
  private final List<Books.Row> rows = new ArrayList<>();
  private final Map<String, String> states = new LinkedHashMap<>();
  private final List<Long> audited = new ArrayList<>();
  private final List<String> waiting = new ArrayList<>();
  private Map<String, String> chain =
      Map.of("valid", "true", "unsealed", "0", "entries", "as many as there are");
  private boolean tells;
  private long journaled;

  /** A request, an approval by REST, and the peer's acceptance: a history without fault. */
  @BeforeEach
  void aWholeStory() {
    said("a", "subscribe");
    handedOver(1, "a", "subscribe");
    kept(1, "request-received", "xmpp", "none", "none+pending-in", null);
    row(1, "approval_request", "id", "r1", "outcome", "open", "quiet", "false");
    leaves(1, "mail", "request", "w-mail", NURSE.get(0));
    takenOver(1);
    event(Event.MAILED, "id", OF_NURSE, "to", NURSE.get(0));

    event(Event.ORDERED, "op", "op-1", "via", "rest", "peer", PEER, "action", "approve");
    kept(2, "request-approved", "rest", "none+pending-in", "from+pending-out", "op-1");
    leaves(2, "xmpp", "subscribed", "w1", PEER);
    leaves(2, "xmpp", "available", "w2", PEER);
    leaves(2, "xmpp", "subscribe", "w3", PEER);
    event(Event.ANSWERED, "op", "op-1", "status", "200");
    sent("w1", "subscribed");
    sent("w2", "");
    sent("w3", "subscribe");

    said("b", "subscribed");
    handedOver(2, "b", "subscribed");
    kept(3, "peer-accepted", "xmpp", "from+pending-out", "both", null);
    takenOver(2);
  }

  @Test
  void findsNothingWhereAllIsWell() {
    assertThat(check(), empty());
  }

  @Test
  void acceptsThatWhatWasUnderWayIsRepeated() {
    handedOver(2, "b", "subscribed");
    takenOver(2);
    events.add(8, events.get(7)); // the mail
    assertThat(check(), empty());
  }

  @Test
  void findsWhatIsStuck() {
    waiting.add("a mail");
    journaled = 1;
    assertFound("stuck");
  }

  @Test
  void findsAChangeWithoutItsEntry() {
    rows.removeIf(row -> row.of("audit_entry") && row.transaction() == 3);
    assertFound("audit");
  }

  @Test
  void findsAnEntryWithoutItsChange() {
    rows.removeIf(row -> row.of("peer") && row.transaction() == 3);
    assertFound("audit");
  }

  @Test
  void findsAnEntryThatIsGone() {
    audited.remove(0);
    assertFound("audit");
  }

  @Test
  void findsAChainThatDoesNotVerify() {
    chain = Map.of("valid", "false");
    assertFound("audit");
  }

  @Test
  void findsEntriesThatWereNeverSealed() {
    chain = Map.of("valid", "true", "unsealed", "3", "entries", "0");
    assertFound("audit");
  }

  @Test
  void findsEntriesThatNoSealCounts() {
    chain = Map.of("valid", "true", "unsealed", "0", "entries", "2");
    assertFound("audit");
  }

  @Test
  void findsAChainThatNobodyHasLookedAt() {
    chain = null;
    assertFound("audit");
  }

  @Test
  void findsThatAReceiverOfEventsGotNone() {
    tells = true;
    assertFound("told");
    assertThat(check().stream().filter(each -> each.what().contains("w2")).toList(), not(empty()));
  }

  @Test
  void findsADecisionThatNobodyHasOrdered() {
    kept(4, "allowed-again", "rest", "both", "both", "op-9");
    assertFound("made-up");
  }

  @Test
  void findsADecisionByALinkThatNobodyPressed() {
    kept(4, "trust-confirmed", "mail-link", "both", "both", null);
    assertFound("made-up");
  }

  @Test
  void acceptsWhatTheClockDoesAndNothingElseOfIt() {
    kept(4, "review-due", "clock", "both", "both", null);
    assertThat(check(), empty());
    kept(5, "allowed-again", "clock", "both", "both", null);
    assertFound("made-up");
  }

  @Test
  void findsThatSomethingElseWasDoneThanOrdered() {
    replace("another action", event -> event.is(Event.ORDERED), "action", "subscribe");
    assertThat(check(), empty()); // which approves what waits
    events.replaceAll(
        event ->
            event.is(Event.ORDERED)
                ? new Event(
                    event.at(),
                    event.what(),
                    Map.of("op", "op-1", "via", "rest", "peer", PEER, "action", "deny"))
                : event);
    assertFound("made-up");
  }

  @Test
  void findsThatAnotherPeerWasDecidedOnThanOrdered() {
    replace("another peer", event -> event.is(Event.ORDERED), "peer", "romeo.lit");
    assertFound("made-up");
  }

  @Test
  void findsARequestThatEndedTwice() {
    ends(2, "open", "approved");
    assertThat(check(), empty());
    ends(3, "approved", "denied");
    assertFound("once");
  }

  private void ends(long tx, String was, String is) {
    rows.add(
        new Books.Row(
            rows.size() + 1,
            tx,
            "approval_request",
            Map.of("outcome", was),
            Map.of("id", "r1", "peer", PEER, "outcome", is)));
  }

  @Test
  void findsAStanzaOfAnotherTypeThanItsRow() {
    replace("another type", sending("w3"), "type", "unsubscribe");
    assertFound("made-up");
  }

  @Test
  void findsAPresenceThatIsSentAsSomethingElse() {
    replace("another type", sending("w2"), "type", "unavailable");
    assertFound("made-up");
  }

  @Test
  void findsAStanzaToAnotherAddressThanItsRow() {
    rows.replaceAll(
        row -> {
          Map<String, String> is = new LinkedHashMap<>(row.is());
          is.computeIfPresent(
              "recipient", (name, to) -> "w3".equals(is.get("wire_id")) ? "romeo@" + PEER : to);
          return new Books.Row(row.id(), row.transaction(), row.table(), row.was(), is);
        });
    assertFound("made-up");
  }

  private static java.util.function.Predicate<Event> sending(String id) {
    return event -> event.is(Event.SENDING) && event.get("id").equals(id);
  }

  @Test
  void findsAStateThatIsNotTheLastOne() {
    states.put(PEER, "from");
    assertFound("audit");
  }

  @Test
  void findsAStanzaThatWasConfirmedAndNeverTakenOver() {
    said("c", "unsubscribe");
    assertFound("lost");
  }

  @Test
  void acceptsThatTheServerLeavesOutARepeatedStanza() {
    said("c", "subscribed");
    assertThat(check(), empty());
  }

  @Test
  void acceptsThatTheServerRefusesAStanzaAndSaysSo() {
    said("c", "unsubscribe");
    event(Event.BOUNCED, "peer", PEER, "id", "c");
    said("d", "subscribed"); // says the same as the one before the refused one
    assertThat(check(), empty());
  }

  @Test
  void findsStanzasThatChangedPlaces() {
    said("c", "unsubscribe");
    said("d", "subscribe");
    handedOver(3, "d", "subscribe");
    takenOver(3);
    handedOver(4, "c", "unsubscribe");
    takenOver(4);
    assertFound("order");
  }

  @Test
  void findsAnOrderThatWasAnsweredAndIsNotKept() {
    event(Event.ORDERED, "op", "op-2", "via", "rest", "peer", PEER, "action", "revoke");
    event(Event.ANSWERED, "op", "op-2", "status", "200");
    assertFound("kept");
  }

  @Test
  void findsAnOrderThatWasRefusedAndIsKept() {
    replace("\"status\" 200", event -> event.is(Event.ANSWERED), "status", "409");
    assertFound("kept");
  }

  @Test
  void acceptsEitherOfAnOrderThatNobodyAnswered() {
    replace("no answer", event -> event.is(Event.ANSWERED), "status", "503");
    event(Event.ORDERED, "op", "op-2", "via", "rest", "peer", PEER, "action", "revoke");
    event(Event.ANSWERED, "op", "op-2", "status", "0");
    assertThat(check(), empty());
  }

  @Test
  void findsAnOrderThatWasDoneTwice() {
    kept(4, "trust-confirmed", "rest", "both", "both", "op-1");
    assertFound("once");
  }

  @Test
  void findsALinkThatDecidedTwice() {
    for (String op : List.of("op-2", "op-3")) {
      event(
          Event.ORDERED,
          "op",
          op,
          "via",
          "mail-link",
          "peer",
          PEER,
          "action",
          "deny",
          "request",
          "r1",
          "actor",
          NURSE.get(0));
      event(Event.ANSWERED, "op", op, "status", "200");
    }
    assertFound("once");
  }

  @Test
  void findsAChangeThatTheTableForbids() {
    kept(4, "peer-accepted", "xmpp", "both", "to", null);
    said("c", "subscribed");
    handedOver(3, "c", "subscribed");
    takenOver(3);
    assertFound("table");
  }

  @Test
  void findsADecisionThatSendsSomethingElse() {
    kept(4, "trust-revoked", "clock", "both", "to", null);
    leaves(4, "xmpp", "unsubscribe", "w4", PEER);
    sent("w4", "unsubscribe");
    assertFound("table");
  }

  @Test
  void findsAStanzaThatTookEffectTwice() {
    kept(4, "peer-unsubscribed", "xmpp", "both", "to", null);
    leaves(4, "xmpp", "unsubscribed", "w4", PEER);
    sent("w4", "unsubscribed");
    kept(5, "request-received-quietly", "xmpp", "to", "to+pending-in", null);
    row(5, "approval_request", "id", "r2", "outcome", "open", "quiet", "true");
    said("c", "unsubscribe");
    handedOver(3, "c", "unsubscribe");
    takenOver(3);
    assertFound("table");
  }

  @Test
  void findsAnAcknowledgedStanzaThatTookNoEffect() {
    said("c", "unsubscribe");
    handedOver(3, "c", "unsubscribe");
    takenOver(3);
    assertFound("table");
  }

  @Test
  void findsAnEffectBeforeItsCause() {
    event(Event.ORDERED, "op", "op-2", "via", "rest", "peer", PEER, "action", "unsubscribe");
    event(Event.ANSWERED, "op", "op-2", "status", "200");
    said("c", "unsubscribe");
    handedOver(3, "c", "unsubscribe");
    takenOver(3);
    kept(4, "peer-unsubscribed", "xmpp", "both", "to", null); // before the order, after its answer
    leaves(4, "xmpp", "unsubscribed", "w4", PEER);
    sent("w4", "unsubscribed");
    kept(5, "unsubscribed", "rest", "to", "none", "op-2");
    leaves(5, "xmpp", "unsubscribe", "w5", PEER);
    sent("w5", "unsubscribe");
    assertFound("table");
  }

  @Test
  void findsADecisionThatNeverLeft() {
    events.removeIf(event -> event.is(Event.SENT) && event.get("iq").equals("iq-w3"));
    assertFound("sent");
  }

  @Test
  void findsStanzasThatLeftInAnotherOrder() {
    events.removeIf(event -> event.get("id").equals("w1") || event.get("iq").equals("iq-w1"));
    sent("w1", "subscribed");
    assertFound("order");
  }

  @Test
  void findsAnEarlierStanzaThatLeftAgain() {
    sent("w1", "subscribed");
    assertFound("order");
  }

  @Test
  void findsTwoWhoSendOneRowAtATime() {
    event(Event.SENDING, "stream", "s1", "iq", "i1", "peer", PEER, "id", "w3", "type", "subscribe");
    event(Event.SENDING, "stream", "s2", "iq", "i2", "peer", PEER, "id", "w3", "type", "subscribe");
    assertFound("alone");
  }

  @Test
  void acceptsThatASecondSendsItWhenTheStreamOfTheFirstIsOver() {
    event(Event.SENDING, "stream", "s1", "iq", "i1", "peer", PEER, "id", "w3", "type", "subscribe");
    event(Event.STREAM_DOWN, "stream", "s1");
    event(Event.SENDING, "stream", "s2", "iq", "i2", "peer", PEER, "id", "w3", "type", "subscribe");
    assertThat(check(), empty());
  }

  @Test
  void findsWhatCameTwiceThoughNothingBroke() {
    everyChangeTells();
    event(Event.CALM_IS_OVER);
    event(Event.TOLD, "id", "e3");
    assertThat(check(), empty());
    events.removeIf(event -> event.is(Event.CALM_IS_OVER));
    event(Event.CALM_IS_OVER);
    assertFound("alone");
  }

  @Test
  void acceptsWhatIsWrittenIntoAStreamThatIsOver() {
    event(Event.STREAM_DOWN, "stream", "s1");
    event(Event.SENDING, "stream", "s1", "iq", "i1", "peer", PEER, "id", "w3", "type", "subscribe");
    event(Event.SENDING, "stream", "s2", "iq", "i2", "peer", PEER, "id", "w3", "type", "subscribe");
    assertThat(check(), empty());
  }

  @Test
  void findsAStanzaThatNobodyHasDecided() {
    sent("w9", "subscribed");
    assertFound("made-up");
  }

  @Test
  void findsARequestThatAsksNobody() {
    rows.removeIf(row -> row.get("channel").equals("mail"));
    events.removeIf(event -> event.is(Event.MAILED));
    assertFound("asked");
  }

  @Test
  void findsARequestThatAsksSomebodyTwice() {
    leaves(1, "mail", "request", "w-again", NURSE.get(0));
    assertFound("asked");
  }

  @Test
  void findsAMailThatNeverLeft() {
    events.removeIf(event -> event.is(Event.MAILED));
    assertFound("mailed");
  }

  @Test
  void acceptsThatAMailAboutAnEndedRequestNeverLeft() {
    events.removeIf(event -> event.is(Event.MAILED));
    rows.add(
        new Books.Row(
            rows.size() + 1,
            2,
            "approval_request",
            Map.of("outcome", "open"),
            Map.of("id", "r1", "peer", PEER, "outcome", "approved")));
    assertThat(check(), empty());
  }

  @Test
  void findsASecondMailThatIsNotTheFirstOneAgain() {
    event(Event.MAILED, "id", "r1.another", "to", NURSE.get(0));
    assertFound("made-up");
  }

  @Test
  void acceptsThatADigestAsksInstead() {
    events.removeIf(event -> event.is(Event.MAILED));
    digest("w-mail", PEER, "");
    digest("w-mail", PEER, "");
    digest("w-mail", "", ""); // it was decided meanwhile
    assertThat(check(), empty());
  }

  @Test
  void findsADigestThatAsksOnceMore() {
    digest("w-mail", PEER, "");
    assertFound("mailed");
  }

  @Test
  void findsADigestThatLeavesOut() {
    leaves(3, "mail", "peer-accepted", "w-news", NURSE.get(0));
    digest("w-news", "", "romeo.lit accepted the request of capulet.lit.");
    assertFound("mailed");
  }

  @Test
  void findsADigestThatIsRepeatedWithMore() {
    leaves(3, "mail", "peer-accepted", "w-news", NURSE.get(0));
    String line = PEER + " accepted the request of capulet.lit.";
    digest("w-news", "", line);
    assertThat(check(), empty());
    digest("w-news", "", line + "\nromeo.lit denied the request of capulet.lit.");
    assertFound("mailed");
  }

  @Test
  void findsADigestThatNothingBegins() {
    digest("w-other", "", "");
    assertFound("made-up");
  }

  private void digest(String id, String asks, String says) {
    event(Event.MAILED, "id", id, "to", NURSE.get(0), "asks", asks, "says", says);
  }

  @Test
  void findsALineThatNobodyGot() {
    leaves(2, "notice", "approved", "w-line", "");
    assertFound("told");
    event(Event.SPOKEN, "id", "w-line");
    assertThat(check(), empty());
    event(Event.SPOKEN, "id", "w-other");
    assertFound("made-up");
  }

  @Test
  void acceptsChangesThatAreToldOfOnceOrAgain() {
    everyChangeTells();
    event(Event.TOLD, "id", "e3");
    tellsOfDelivery(9, "w2", "sent-w2"); // it left again, and this is the same event
    assertThat(check(), empty());
  }

  @Test
  void findsAChangeWithoutItsEvent() {
    everyChangeTells();
    rows.removeIf(row -> row.get("wire_id").equals("e2"));
    events.removeIf(event -> event.get("id").equals("e2"));
    assertFound("told");
  }

  @Test
  void findsARequestThatIsNotToldOf() {
    everyChangeTells();
    rows.removeIf(row -> row.get("wire_id").equals("opened"));
    events.removeIf(event -> event.get("id").equals("opened"));
    assertFound("told");
  }

  @Test
  void findsAnEventThatNobodyGot() {
    everyChangeTells();
    events.removeIf(event -> event.get("id").equals("e2"));
    assertFound("told");
  }

  @Test
  void findsAnEventOfADeliveryThatNobodyGot() {
    everyChangeTells();
    leaves(9, "event", "delivery.sent.v1", "e9", "somebody");
    assertFound("told");
  }

  @Test
  void findsADeliveryThatIsNotToldOf() {
    everyChangeTells();
    rows.removeIf(row -> row.get("wire_id").equals("sent-w2"));
    events.removeIf(event -> event.get("id").equals("sent-w2"));
    assertFound("told");
  }

  @Test
  void findsAMailThatIsNotToldOf() {
    everyChangeTells();
    rows.removeIf(row -> row.get("wire_id").equals("sent-w-mail"));
    events.removeIf(event -> event.get("id").equals("sent-w-mail"));
    assertFound("told");
    events.removeIf(event -> event.is(Event.MAILED));
    digest("w-mail", PEER, ""); // not every mail of a digest is
    assertThat(check(), empty());
  }

  @Test
  void findsADeliveryThatIsToldOfTwice() {
    everyChangeTells();
    tellsOfDelivery(3, "w2", "twice");
    assertFound("told");
  }

  @Test
  void findsADeliveryOfWhatWasNotKept() {
    everyChangeTells();
    tellsOfDelivery(3, "w9", "sent-w9");
    assertFound("made-up");
  }

  @Test
  void findsEventsThatChangedPlaces() {
    everyChangeTells();
    events.removeIf(event -> event.get("id").equals("e1"));
    event(Event.TOLD, "id", "e1");
    assertFound("told");
  }

  @Test
  void findsAnEventWithoutAChange() {
    event(Event.TOLD, "id", "e9");
    assertFound("made-up");
  }

  private void everyChangeTells() {
    for (int tx = 1; tx <= 3; tx++) {
      leaves(tx, "event", "roster.changed.v1", "e" + tx, "somebody");
      event(Event.TOLD, "id", "e" + tx);
      if (tx == 1) {
        leaves(tx, "event", "request.opened.v1", "opened", "somebody");
        event(Event.TOLD, "id", "opened");
      }
    }
    for (String row : List.of("w-mail", "w1", "w2", "w3")) {
      tellsOfDelivery(9, row, "sent-" + row);
    }
  }

  private void tellsOfDelivery(long tx, String row, String id) {
    row(
        tx,
        "outbox",
        "channel",
        "event",
        "kind",
        "delivery.sent.v1",
        "wire_id",
        id,
        "body",
        "{\"delivery\":\"" + row + "\"}");
    event(Event.TOLD, "id", id);
  }

  @Test
  void readsWhatItHasWritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("history.jsonl");
    try (History history = History.in(file)) {
      history.note(Event.SAID, "peer", PEER, "id", null);
      history.note(Event.FAULT, "fault", "kill");
      assertThrows(IndexOutOfBoundsException.class, () -> history.note("odd", "name"));
      org.junit.jupiter.api.Assertions.assertEquals(history.events(), History.read(file));
    }
    Books books = books();
    books.write(folder.resolve("books.json"));
    org.junit.jupiter.api.Assertions.assertEquals(books, Books.read(folder.resolve("books.json")));
  }

  private void said(String id, String type) {
    event(Event.SAID, "peer", PEER, "id", id, "type", type);
    event(Event.CONFIRMED, "peer", PEER, "id", id);
  }

  private void handedOver(int seq, String id, String type) {
    event(Event.HANDED_OVER, "seq", Integer.toString(seq), "peer", PEER, "id", id, "type", type);
  }

  private void takenOver(int seq) {
    event(Event.TAKEN_OVER, "seq", Integer.toString(seq));
  }

  private void sent(String id, String type) {
    String iq = "iq-" + id;
    event(Event.SENDING, "stream", "s0", "iq", iq, "peer", PEER, "id", id, "type", type);
    event(Event.SENT, "stream", "s0", "iq", iq);
  }

  private void event(String what, String... facts) {
    events.add(new Event(events.size() * 1000L, what, named(facts)));
  }

  private void replace(
      String why, java.util.function.Predicate<Event> which, String name, String value) {
    events.replaceAll(
        event -> {
          if (!which.test(event)) {
            return event;
          }
          Map<String, String> facts = new LinkedHashMap<>(event.facts());
          facts.put(name, value);
          return new Event(event.at(), event.what(), facts);
        });
  }

  private void kept(long tx, String action, String via, String before, String after, String note) {
    if (!before.equals(after)) {
      rows.add(
          new Books.Row(
              rows.size() + 1,
              tx,
              "peer",
              Map.of("state", before),
              Map.of("peer", PEER, "state", after)));
    }
    long id = audited.size() + 1;
    audited.add(id);
    row(
        tx,
        "audit_entry",
        "id",
        Long.toString(id),
        "action",
        action,
        "actor",
        "somebody",
        "via",
        via,
        "state_before",
        before,
        "state_after",
        after,
        "note",
        note == null ? "" : note);
    states.put(PEER, after);
  }

  private void leaves(long tx, String channel, String kind, String wire, String recipient) {
    row(
        tx,
        "outbox",
        "channel",
        channel,
        "kind",
        kind,
        "wire_id",
        wire,
        "recipient",
        recipient,
        "request_id",
        "r1");
  }

  private void row(long tx, String table, String... columns) {
    Map<String, String> is = new LinkedHashMap<>(named(columns));
    is.put("peer", PEER);
    rows.add(new Books.Row(rows.size() + 1, tx, table, Map.of(), is));
  }

  private static Map<String, String> named(String... facts) {
    Map<String, String> named = new LinkedHashMap<>();
    List<String> all = Arrays.asList(facts);
    for (int i = 0; i < all.size(); i += 2) {
      named.put(all.get(i), all.get(i + 1));
    }
    return named;
  }

  private Books books() {
    Map<String, String> says = chain;
    if (says != null && says.getOrDefault("entries", "").startsWith("as many")) {
      says = new LinkedHashMap<>(says);
      says.put("entries", Integer.toString(audited.size()));
    }
    return new Books(rows, states, audited, waiting, journaled, says, tells);
  }

  private List<Finding> check() {
    return Checker.check(events, books(), NURSE);
  }

  private void assertFound(String rule) {
    assertThat(check().stream().map(Finding::rule).toList(), hasItem(rule));
  }
}
