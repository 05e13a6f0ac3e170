package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.eclipse.angus.mail.util.SocketConnectException;
import org.junit.jupiter.api.Test;
import org.serverroster.roster.Failures;

class DepartureTest {

  private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-22T15:00:00Z");

  private boolean open = true;
  private boolean streamIsUp = true;
  private boolean hasRoom = true;
  private boolean isKept = true;

  private final Departure departure =
      new Departure(
          Clock.fixed(NOW.toInstant(), ZoneOffset.UTC),
          new Random(267),
          () -> open,
          () -> streamIsUp,
          () -> hasRoom,
          () -> isKept);

  @Property
  void delaysGrowFromASecondToAMinute(@ForAll @IntRange(min = 1, max = 100_000) int attempts) {
    Duration delay = departure.delay(attempts);
    long expected = attempts > 6 ? 60_000 : 1000L << (attempts - 1);
    assertTrue(delay.toMillis() >= expected * 9 / 10, delay::toString);
    assertTrue(delay.toMillis() <= expected * 11 / 10, delay::toString);
  }

  @Test
  void whatFailedTogetherIsNotTriedAgainTogether() {
    Set<Duration> delays =
        IntStream.range(0, 20).mapToObj(row -> departure.delay(5)).collect(Collectors.toSet());
    assertTrue(delays.size() > 10, delays::toString);
  }

  @Test
  void aFailureIsOnePrintableLineForTheOperator() {
    Exception failure =
        new RuntimeException("outer", new IOException("550 5.1.1 \r\n\u001b[31mforged\u202e line"));
    Map<String, Object> row = Map.of("id", 1L, "attempts", 2, "channel", "mail");

    Map<String, Object> postponed = departure.postpone(row, failure);

    assertEquals("IOException: 550 5.1.1 [31mforged line", postponed.get("lastError"));
    assertEquals(3, postponed.get("attempts"));
    assertTrue(((OffsetDateTime) postponed.get("nextAt")).isAfter(NOW.plusSeconds(3)));
    assertTrue(Failures.describe(new IOException("x".repeat(9000))).length() <= 500, "bounded");
    assertEquals(
        "SQLException: no connection in time",
        Failures.describe(new SQLException("no connection in time", new TimeoutException())));
    assertEquals("TimeoutException: null", Failures.describe(new TimeoutException()));
  }

  @Test
  void whatIsRefusedForGoodIsTriedSeldomAndItsLinkIsNobodys() throws Exception {
    Exception refused =
        new RuntimeException(
            new SendFailedException(
                "Invalid Addresses",
                new SMTPAddressFailedException(
                    new InternetAddress("nobody@capulet.lit"), "RCPT TO", 550, "550 5.1.1 who?")));
    Map<String, Object> row = Map.of("id", 1L, "attempts", 9, "channel", "mail");
    OffsetDateTime next = (OffsetDateTime) departure.postpone(row, refused).get("nextAt");
    assertTrue(next.isAfter(NOW.plusMinutes(50)), next::toString);
    assertTrue(departure.certainlyNotSent(refused));
    assertTrue(
        departure.certainlyNotSent(
            new RuntimeException(
                new NotConnectedException(
                    new MailConnectException(
                        new SocketConnectException(
                            "no",
                            new SocketTimeoutException("on connecting"),
                            "smtp.lit",
                            25,
                            1))))));
    assertFalse(
        departure.certainlyNotSent(
            new MessagingException("no", new SocketTimeoutException("after the text"))));
  }

  @Test
  void aLeaseIsLongerThanItsSendingTakesAndNeverTheSame() {
    Map<String, Object> row = Map.of("id", 1L, "channel", "xmpp");
    Map<String, Object> first = departure.lease(row);
    assertEquals(NOW.plusSeconds(25), first.get("leasedUntil"));
    assertEquals(NOW.plusMinutes(2), departure.lease(Map.of("channel", "mail")).get("leasedUntil"));
    assertFalse(first.get("lease").equals(departure.lease(row).get("lease")));
  }

  @Test
  void stanzasLeaveOnlyWhileTheStreamIsUpAndSomethingWaits() {
    assertTrue(departure.mayDeliver(null));
    assertTrue(departure.mayDeliver(1));
    assertFalse(departure.mayDeliver(0));
    streamIsUp = false;
    assertFalse(departure.mayDeliver(null));
    streamIsUp = true;
    open = false;
    assertFalse(departure.mayDeliver(null));
    assertFalse(departure.mayLookAgain(5));
    assertFalse(departure.isOpen());
  }

  @Test
  void whatCannotBeWrittenDownIsLookedForOnceAtATime() {
    isKept = false;
    assertTrue(departure.mayLookAgain(null));
    assertFalse(departure.mayLookAgain(5));
    assertFalse(departure.mayDeliver(5));
  }

  @Test
  void stanzasThatAreOursLeaveOneAfterTheOtherUntilOneFailsOrTheyWaitedForLong() {
    Queue<Map<String, Object>> leaving =
        new ArrayDeque<>(List.of(leasedUntil(NOW.plusSeconds(25))));
    assertTrue(departure.mayTakeNext(leaving, null));
    assertFalse(departure.mayTakeNext(leaving, true), "one before it has failed");
    Map<String, Object> row = departure.next(leaving);
    assertEquals(NOW.plusSeconds(25), row.get("leasedUntil"));
    assertEquals(NOW, row.get("now"), "what is told of it has the time at which it leaves");
    assertFalse(departure.mayTakeNext(leaving, null), "none is left");
    leaving.add(leasedUntil(NOW.plusSeconds(15)));
    assertFalse(
        departure.mayTakeNext(leaving, null), "an acknowledgement may come after the lease");
  }

  private static Map<String, Object> leasedUntil(OffsetDateTime end) {
    return Map.of("leasedUntil", end);
  }

  @Test
  void nothingIsLeasedInATransactionThatCannotLeaveFromHere() {
    assertTrue(departure.mayLeaveAtOnce());
    streamIsUp = false;
    assertFalse(departure.mayLeaveAtOnce());
    streamIsUp = true;
    hasRoom = false;
    assertFalse(departure.mayLeaveAtOnce());
  }
}
