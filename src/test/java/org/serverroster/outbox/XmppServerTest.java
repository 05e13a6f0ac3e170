package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class XmppServerTest {

  private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-28T10:00:00Z");
  private static final Exception NO_STREAM = new RuntimeException(new ConnectException("none"));
  private static final Exception SILENT = new RuntimeException(new TimeoutException("silence"));

  private final XmppServer server =
      new XmppServer(
          Clock.fixed(NOW.toInstant(), ZoneOffset.UTC),
          ConnectException.class::isInstance,
          TimeoutException.class::isInstance);

  @Test
  void thatThereIsNoStreamIsToldOfByTheStream() {
    assertTrue(isAway("capulet.lit", NO_STREAM));
    assertEquals(Set.of(), server.absences().keySet());
  }

  @Test
  void oneThatTakesNothingOverIsAwayUntilItDoes() {
    assertTrue(isAway("capulet.lit", SILENT));
    Absence absence = server.absences().get("capulet.lit");
    assertEquals("TimeoutException: silence", absence.reason().orElseThrow());
    server.took(Map.of("domain", "capulet.lit"));
    assertEquals(Set.of(), server.absences().keySet());
  }

  @Test
  void oneThatTookSomethingElseMeanwhileDoesNotTakeThisOne() {
    server.took(Map.of("domain", "capulet.lit"));
    assertFalse(isAway("capulet.lit", SILENT));
    assertEquals(Set.of(), server.absences().keySet());
    assertTrue(isAway("montague.lit", SILENT), "another domain may be without its module");
    assertEquals(Set.of("montague.lit"), server.absences().keySet());
  }

  @Test
  void howItDidIsForgottenWithTheStream() {
    assertTrue(isAway("capulet.lit", SILENT));
    server.streamIsOver();
    assertEquals(Set.of(), server.absences().keySet());
  }

  @Test
  void whatIsNotAboutItSaysNothingOfIt() {
    assertFalse(isAway("capulet.lit", new IOException("disk")));
    assertFalse(isAway("capulet.lit", new IllegalStateException()));
    assertEquals(Set.of(), server.absences().keySet());
  }

  private boolean isAway(String domain, Exception failure) {
    Map<String, Object> row =
        Map.of("domain", domain, "attempts", 1, "begunAt", NOW.minusSeconds(15));
    Map<String, Object> judged = server.judged(row, failure);
    assertEquals(1, judged.get("attempts"));
    return Boolean.TRUE.equals(judged.get("away"));
  }
}
