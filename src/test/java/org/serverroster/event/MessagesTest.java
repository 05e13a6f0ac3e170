package org.serverroster.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.serverroster.roster.Domain;

class MessagesTest {

  private static final Map<String, Object> ROW =
      Map.of(
          "wire_id",
          new UUID(1, 2),
          "domain",
          "capulet.lit",
          "peer",
          "montague.lit",
          "body",
          "montague.lit asks to be trusted by capulet.lit.");

  @ParameterizedTest
  @CsvSource({
    "kafka:lines?brokers=k1:9092, kafka.KEY",
    "jms:queue:lines, JMSXGroupID",
    "amqp:queue:lines, JMSXGroupID"
  })
  void theLinesAboutAPairStayInOrder(String endpoint, String header) {
    assertEquals("capulet.lit montague.lit", notice("file:events", endpoint).getHeader(header));
  }

  @Test
  void otherTransportsHaveNoKey() {
    Message line = notice("kafka:events", "https://chat.example/hook");
    assertEquals(
        Set.of("CamelFileName", "content-type", "webhook-id"),
        new TreeSet<>(line.getHeaders().keySet()));
    assertNull(notice("jms:queue:events", "").getHeader("JMSXGroupID"));
  }

  private static Message notice(String events, String notices) {
    DefaultExchange exchange = new DefaultExchange(new DefaultCamelContext());
    new Messages(
            new Envelopes(new Domain("roster.capulet.lit")),
            Optional.empty(),
            events,
            notices,
            false,
            Clock.systemUTC())
        .notice(ROW, exchange);
    return exchange.getMessage();
  }
}
