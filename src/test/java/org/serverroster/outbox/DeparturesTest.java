package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.serverroster.roster.Action;
import org.serverroster.roster.Administrators;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

class DeparturesTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-27T08:00:00Z"), ZoneOffset.UTC);
  private static final Domain CAPULET = new Domain("capulet.lit");

  private final Departures departures =
      new Departures(
          new LocalDomains(
              Map.of(CAPULET, new Administrators(List.of("nurse@capulet.lit"), Set.of())),
              List.of()),
          new Announcements(null, null, Set.of(), null, CLOCK),
          new Departure(CLOCK, new Random(267), () -> true, () -> true, () -> true, () -> true));

  @Test
  void whatIsOursAlreadyNeedNotBeLookedFor() {
    Change change = change("subscribed");
    departures.mindLane(change, 0);

    assertEquals(1, departures.of(change).size());

    assertTrue(departures.leavesAtOnce(change));
    assertFalse(departures.leavesBehind(change, "xmpp"));
    assertFalse(departures.leavesBehind(change, "mail"));
    assertFalse(departures.mayStanzasWait());
  }

  @Test
  void whatIsWrittenBehindSomethingElseIsLookedForAtOnceAndWhenALaneIsFree() {
    Change change = change("subscribed");
    departures.mindLane(change, 1);

    departures.of(change);

    assertFalse(departures.leavesAtOnce(change));
    assertTrue(departures.leavesBehind(change, "xmpp"));
    assertTrue(departures.mayStanzasWait());
    assertFalse(departures.mayStanzasWait(), "said once");
  }

  @Test
  void whoseLaneNobodyLookedAtMayWaitAsWell() {
    departures.of(change("subscribed"));

    assertTrue(departures.mayStanzasWait(), "there was no room to send it at once");
  }

  @Test
  void mailsAreLookedForOnlyIfThereAreNewOnes() {
    Change change = change();
    change.put("asks", "request");

    assertEquals("nurse@capulet.lit", departures.of(change).get(0).get("recipient"));

    assertTrue(departures.leavesBehind(change, "mail"));
    assertFalse(departures.leavesBehind(change, "xmpp"));
    assertFalse(departures.leavesBehind(change(), "mail"), "nothing was written");
  }

  @Test
  void whoeverIsNoChangeMayHaveWrittenAnything() {
    assertTrue(departures.leavesBehind(null, "xmpp"));
    assertTrue(departures.leavesBehind(Map.of("now", "x"), "mail"));
  }

  private static Change change(String... stanzas) {
    Change change =
        Change.action(Action.APPROVE, CAPULET, new Domain("montague.lit"), CLOCK.instant());
    change.put("stanzas", List.of(stanzas));
    return change;
  }
}
