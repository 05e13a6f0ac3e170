package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.JMSException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverTest {

  private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

  private Instant now = NOW;

  private final Receiver receiver =
      new Receiver(
          "events-receiver",
          new Redaction("https://hooks.example.org/T0KEN-token"),
          Duration.ofDays(7),
          ((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 410, 413, 422})
  void whatIsRefusedForGoodIsGivenUpAfterSomeAttempts(int status) {
    assertFalse(givenUp(Receiver.ATTEMPTS_WHEN_REFUSED - 1, NOW, answer(status)));
    assertTrue(givenUp(Receiver.ATTEMPTS_WHEN_REFUSED, NOW, answer(status)));
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 408, 425, 429, 500, 503})
  void whatMayPassIsTriedOn(int status) {
    assertFalse(givenUp(1000, NOW, answer(status)));
  }

  @Test
  void aBrokerRefusesForGoodToo() {
    Exception wrapped = new RuntimeException(new RecordTooLargeException("1 MB"));
    assertTrue(givenUp(Receiver.ATTEMPTS_WHEN_REFUSED, NOW, wrapped));
    Exception overAmqp =
        new JMSException("20 KB [condition = amqp:link:message-size-exceeded]"); // as Qpid says it
    assertTrue(givenUp(Receiver.ATTEMPTS_WHEN_REFUSED, NOW, overAmqp));
    assertFalse(givenUp(1000, NOW, new JMSException("the broker is away")));
    assertFalse(givenUp(1000, NOW, new ConnectException("Connection refused")));
  }

  @Test
  void nothingIsTriedForEver() {
    Instant weekAgo = NOW.minus(Duration.ofDays(7));
    assertFalse(givenUp(1000, weekAgo.plusSeconds(1), answer(503)));
    assertTrue(givenUp(1000, weekAgo.minusSeconds(1), answer(503)));
  }

  @Test
  void whatIsTriedOnceMoreIsYoungAgain() {
    Map<String, Object> row = new HashMap<>();
    row.put("attempts", 1);
    row.put("created_at", NOW.minus(Duration.ofDays(8)).atOffset(ZoneOffset.UTC));
    assertEquals(true, receiver.refused(row, answer(503)).get("given_up"));
    row.put("retried_at", NOW.minusSeconds(1).atOffset(ZoneOffset.UTC));
    assertEquals(false, receiver.refused(row, answer(503)).get("given_up"));
  }

  @Test
  void itSaysHowItIsDoingAndNoSecret() {
    assertEquals(Optional.empty(), receiver.lastError());
    refuse(1, NOW, answer(503));
    assertEquals(Optional.of("HTTP status 503"), receiver.lastError());
    assertEquals(Optional.of(NOW), receiver.failingSince());
    refuse(2, NOW, new ConnectException("https://hooks.example.org/T0KEN-token is away"));
    assertEquals(
        Optional.of("ConnectException: https://hooks.example.org/xxxxxx is away"),
        receiver.lastError());
    receiver.took();
    assertEquals(Optional.empty(), receiver.lastError());
    assertEquals(Optional.empty(), receiver.failingSince());
  }

  @Test
  void whatIsNotTheFaultOfOneThingIsToldOnceForAll() {
    assertEquals(true, refuse(1, NOW, answer(503)).get("away"));
    assertEquals(true, refuse(1, NOW, new ConnectException("Connection refused")).get("away"));
    assertNull(refuse(1, NOW, answer(413)).get("away"));
  }

  @Test
  void whileItIsAwayNobodyLooksBeforeTheNextAttempt() {
    assertTrue(receiver.mayBeAsked());
    refuseUntil(NOW.plusSeconds(3), new ConnectException("Connection refused"));
    refuseUntil(NOW.plusSeconds(4), new ConnectException("Connection refused"));
    assertFalse(receiver.mayBeAsked());
    now = NOW.plusSeconds(2);
    assertFalse(receiver.mayBeAsked());
    now = NOW.plusSeconds(3);
    assertTrue(receiver.mayBeAsked());
    refuseUntil(NOW.plusSeconds(7), answer(503));
    assertFalse(receiver.mayBeAsked());
    now = NOW.minusSeconds(3600);
    assertTrue(receiver.mayBeAsked(), "the clock went back");
    now = NOW.plusSeconds(4);
    receiver.took();
    assertTrue(receiver.mayBeAsked());
  }

  @Test
  void whatFailsForLongHoldsUpNothingElseForLong() {
    refuseUntil(NOW.plusSeconds(60), answer(500));
    assertFalse(receiver.mayBeAsked());
    now = NOW.plusSeconds(5);
    assertTrue(receiver.mayBeAsked());
  }

  @Test
  void whatItRefusesForGoodHoldsUpNothingElse() {
    refuseUntil(NOW.plusSeconds(30), answer(400));
    assertTrue(receiver.mayBeAsked());
  }

  /** One event that a webhook answers with 500 for ever must not hide behind the others. */
  @Test
  void whatAloneIsNotTakenIsNamed() {
    for (int attempt = 1; attempt < 5; attempt++) {
      receiver.took();
      assertEquals(true, refuseBegun(attempt, answer(500)).get("away"));
    }
    receiver.took();
    now = NOW.plusSeconds(7); // the fifth comes at least 7.2 s after the fourth
    assertNull(refuseBegun(5, answer(500)).get("away"));
    assertEquals("HTTP status 500", refuseBegun(5, answer(500)).get("lastError"));
    now = NOW.plusSeconds(8); // nothing was taken since the fourth
    assertEquals(true, refuseBegun(5, answer(500)).get("away"));
  }

  private Map<String, Object> refuseBegun(int attempts, Exception failure) {
    return receiver.refused(
        Map.of(
            "attempts",
            attempts,
            "created_at",
            NOW.atOffset(ZoneOffset.UTC),
            "begunAt",
            now.atOffset(ZoneOffset.UTC)),
        failure);
  }

  /** It took the event, and then the row could not be taken away. */
  @Test
  void theDatabaseIsNotTheReceiver() {
    Map<String, Object> judged = refuse(1, NOW, new RuntimeException(new SQLException("gone")));
    assertNull(judged.get("away"));
    assertEquals(false, judged.get("given_up"));
    assertEquals(Optional.empty(), receiver.lastError());
    assertTrue(receiver.mayBeAsked());
  }

  private void refuseUntil(Instant next, Exception failure) {
    OffsetDateTime created = NOW.atOffset(ZoneOffset.UTC);
    receiver.refused(
        Map.of("attempts", 1, "created_at", created, "nextAt", next.atOffset(ZoneOffset.UTC)),
        failure);
  }

  private boolean givenUp(int attempts, Instant created, Exception failure) {
    return (Boolean) refuse(attempts, created, failure).get("given_up");
  }

  private Map<String, Object> refuse(int attempts, Instant created, Exception failure) {
    return receiver.refused(
        Map.of("attempts", attempts, "created_at", created.atOffset(ZoneOffset.UTC)), failure);
  }

  private static Exception answer(int status) {
    return new HttpOperationFailedException(
        "https://hooks.example.org/T0KEN-token", status, "", null, Map.of(), "");
  }
}
