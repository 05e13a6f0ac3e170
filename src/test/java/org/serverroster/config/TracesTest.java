package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.serverroster.roster.Change;
import org.serverroster.roster.Decision;
import org.serverroster.roster.Domain;
import org.serverroster.roster.SubscriptionStanza;

class TracesTest {

  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
  private static final UUID REQUEST = UUID.fromString("6d0b7a3c-1f52-4e0a-9c31-5d2f8e7b6a10");
  private static final String TRACE = "6d0b7a3c1f524e0a9c315d2f8e7b6a10";

  private final InMemorySpanExporter told = InMemorySpanExporter.create();
  private final List<Synchronization> waiting = new ArrayList<>();
  private int status = Status.STATUS_ACTIVE;

  private final Traces traces =
      new Traces(
          ids ->
              SdkTracerProvider.builder()
                  .setIdGenerator(ids)
                  .addSpanProcessor(SimpleSpanProcessor.create(told))
                  .build(),
          Clock.fixed(NOW.plusMillis(20), ZoneOffset.UTC),
          new AfterTransaction(
              (TransactionSynchronizationRegistry)
                  Proxy.newProxyInstance(
                      getClass().getClassLoader(),
                      new Class<?>[] {TransactionSynchronizationRegistry.class},
                      (proxy, method, arguments) ->
                          switch (method.getName()) {
                            case "getTransactionStatus" -> status;
                            case "registerInterposedSynchronization" -> {
                              waiting.add((Synchronization) arguments[0]);
                              yield null;
                            }
                            default -> throw new UnsupportedOperationException(method.getName());
                          })));

  @Test
  void aSpanIsToldOfOnceTheTransactionIsOver() throws Exception {
    traces.judged(request());
    assertEquals(List.of(), told.getFinishedSpanItems());
    end(Status.STATUS_COMMITTED);
    SpanData span = only();
    assertEquals("receive subscribe", span.getName());
    assertEquals(TRACE, span.getTraceId());
    assertEquals(TRACE.substring(16), span.getSpanId());
    assertEquals(SpanId.getInvalid(), span.getParentSpanId());
    assertEquals(20_000_000, span.getEndEpochNanos() - span.getStartEpochNanos());
    assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
  }

  @Test
  void whatIsRolledBackIsAnError() throws Exception {
    traces.judged(request());
    end(Status.STATUS_ROLLEDBACK);
    assertEquals(StatusCode.ERROR, only().getStatus().getStatusCode());
  }

  @Test
  void aDecisionOnAnotherReplicaBelongsToTheRequest() {
    Change change =
        Change.decision(
            Decision.APPROVE,
            Map.of("request", REQUEST, "domain", "capulet.lit", "peer", "montague.lit"),
            NOW);
    change.put("lasting", true);
    status = Status.STATUS_NO_TRANSACTION;
    traces.judged(change);
    assertEquals("approve", only().getName());
    assertBelongs(only());
  }

  @Test
  void aStanzaThatCouldNotLeaveAndThenLeft() {
    Map<String, Object> row = new HashMap<>();
    row.put("channel", "xmpp");
    row.put("kind", "subscribed");
    row.put("domain", "capulet.lit");
    row.put("peer", "montague.lit");
    row.put("request_id", REQUEST);
    row.put("wire_id", UUID.randomUUID());
    row.put("created_at", NOW.minusSeconds(3).atOffset(ZoneOffset.UTC));
    row.put("now", NOW.atOffset(ZoneOffset.UTC));
    row.put("attempts", 0);
    Map<String, Object> failed = new HashMap<>(row);
    failed.put("begunAt", row.get("now"));
    failed.put("attempts", 1);
    failed.put("lastError", "StreamDownException: no stream");
    traces.failed(failed);
    row.put("attempts", 1);
    traces.left(row);

    SpanData first = told.getFinishedSpanItems().get(0);
    SpanData second = told.getFinishedSpanItems().get(1);
    assertEquals("xmpp subscribed", first.getName());
    assertEquals("StreamDownException: no stream", first.getStatus().getDescription());
    assertEquals(1, attribute(first, "server_roster.attempt"));
    assertEquals(3.0, attribute(first, "server_roster.waited_s"));
    assertEquals(StatusCode.UNSET, second.getStatus().getStatusCode());
    assertEquals(2, attribute(second, "server_roster.attempt"));
    assertBelongs(first);
    assertBelongs(second);
  }

  @Test
  void whatAMailServerSaysOfPeopleIsNotTold() {
    traces.failed(
        mail(
            "mail",
            "SMTPAddressFailedException: 550 5.1.1 <nurse@capulet.lit>: Recipient address rejected"));
    traces.failed(mail("digest", "MailConnectException: Couldn't connect to nurse@capulet.lit"));
    SpanData mail = told.getFinishedSpanItems().get(0);
    SpanData digest = told.getFinishedSpanItems().get(1);
    assertEquals("SMTPAddressFailedException: 550 5.1.1", mail.getStatus().getDescription());
    assertEquals("mail request", mail.getName());
    assertEquals("MailConnectException", digest.getStatus().getDescription());
    assertEquals("digest", digest.getName());
    assertEquals(SpanKind.CLIENT, digest.getKind());
    assertNull(digest.getAttributes().get(AttributeKey.stringKey("server_roster.peer")));
  }

  private static Map<String, Object> mail(String channel, String error) {
    Map<String, Object> row = new HashMap<>();
    row.put("channel", channel);
    row.put("kind", channel.equals("mail") ? "request" : "digest");
    row.put("domain", "capulet.lit");
    row.put("attempts", 1);
    row.put("begunAt", NOW.atOffset(ZoneOffset.UTC));
    row.put("lastError", error);
    return row;
  }

  /** A peer may repeat itself a million times while its request is open. */
  @Test
  void whatComesToNothingIsNotTold() throws Exception {
    Change change = request();
    change.put("opens", false);
    change.put("lasting", false);
    traces.judged(change);
    assertEquals(List.of(), waiting);
    assertEquals(List.of(), told.getFinishedSpanItems());
  }

  private static Change request() throws Exception {
    Change change =
        Change.fromPeer(
            Domain.of("capulet.lit"),
            Domain.of("montague.lit"),
            "montague.lit",
            SubscriptionStanza.SUBSCRIBE,
            NOW);
    change.put("request", REQUEST);
    change.put("opens", true);
    change.put("lasting", true);
    return change;
  }

  private void end(int how) {
    waiting.forEach(each -> each.afterCompletion(how));
  }

  private SpanData only() {
    assertEquals(1, told.getFinishedSpanItems().size());
    return told.getFinishedSpanItems().get(0);
  }

  private static void assertBelongs(SpanData span) {
    assertEquals(TRACE, span.getTraceId());
    assertEquals(TRACE.substring(16), span.getParentSpanId());
    assertNotEquals(TRACE.substring(16), span.getSpanId());
  }

  private static double attribute(SpanData span, String name) {
    Object value =
        span.getAttributes().asMap().entrySet().stream()
            .filter(each -> each.getKey().getKey().equals(name))
            .findFirst()
            .orElseThrow()
            .getValue();
    return ((Number) value).doubleValue();
  }
}
