package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One trace from the stanza of a stranger to the answer on the wire, at a collector's. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = Collector.class, restrictToAnnotatedClass = true)
class TracesIT extends Story {

  private static final String PEER = "traced-friend.lit";

  @Test
  void aRequestIsOneTraceFromTheStanzaToTheAnswer() {
    asks(PEER);
    patiently().until(() -> mailboxes().about(NURSE, PEER).size() == 1);
    String request = peer(PEER).extract().path("request.id");
    WholeProtocol.act(PEER, "approve", Map.of()).statusCode(200);
    awaitTypesTo(PEER, 3);

    String id = request.replace("-", "");
    patiently().until(() -> names(id).contains("xmpp subscribed"));
    List<String> names = names(id);
    assertTrue(names.contains("receive subscribe"), names::toString);
    assertTrue(names.contains("mail request"), names::toString);
    assertTrue(names.contains("approve"), names::toString);
    assertTrue(names.contains("xmpp subscribe"), names::toString);

    Span first = span(id, "receive subscribe");
    assertTrue(first.getParentSpanId().isEmpty());
    for (Span span : Collector.trace(id)) {
      assertEquals(id, HexFormat.of().formatHex(span.getTraceId().toByteArray()));
      assertTrue(span.getEndTimeUnixNano() >= span.getStartTimeUnixNano(), span::toString);
      if (!span.equals(first)) {
        assertEquals(first.getSpanId(), span.getParentSpanId(), span::toString);
      }
    }
    assertTrue(
        span(id, "approve").getEndTimeUnixNano()
            <= span(id, "xmpp subscribed").getEndTimeUnixNano());
    String everything = Collector.everything();
    assertTrue(everything.contains(PEER));
    assertTrue(everything.contains("server-roster"), "the name of the service");
    assertFalse(everything.contains(NURSE), "nobody's address is told");
  }

  private static Span span(String trace, String name) {
    return Collector.trace(trace).stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(String trace) {
    return Collector.trace(trace).stream().map(Span::getName).toList();
  }
}
