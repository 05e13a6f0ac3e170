package org.serverroster.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/**
 * Writes what leaves as messages that any Camel endpoint understands: the body, what it is, and
 * what the transport needs to keep the order and to recognise a repeat. Nothing else of the
 * exchange is taken along.
 */
public final class Messages {

  /** As brokers with headers have it, for which case counts (CloudEvents, Kafka binding, 3.1). */
  private static final String CONTENT_TYPE = "content-type";

  private static final String EVENT = "application/cloudevents+json; charset=UTF-8";
  private static final String JSON = "application/json; charset=UTF-8";
  private static final String LINE = "text/plain; charset=UTF-8";

  private static final Map<String, String> KEY_HEADERS =
      Map.of("kafka:", "kafka.KEY", "jms:", "JMSXGroupID", "amqp:", "JMSXGroupID");

  private final Envelopes envelopes;
  private final Optional<Signature> signature;
  private final Optional<String> keyHeader;
  private final Optional<String> noticesKeyHeader;
  private final boolean noticesAsJson;
  private final boolean noticesOverHttp;
  private final Clock clock;

  /**
   * @param signature signs events; empty when they are not signed
   * @param endpoint where events go; its transport may have a header of its own for what must stay
   *     in order
   * @param notices where lines for people go, in the same way; by HTTP they can have an id that
   *     nobody sees
   * @param noticesAsJson whether a line for people is wrapped as chat webhooks want it
   * @param clock now
   */
  public Messages(
      Envelopes envelopes,
      Optional<Signature> signature,
      String endpoint,
      String notices,
      boolean noticesAsJson,
      Clock clock) {
    this.envelopes = envelopes;
    this.signature = signature;
    this.keyHeader = keyHeader(endpoint);
    this.noticesKeyHeader = keyHeader(notices);
    this.noticesAsJson = noticesAsJson;
    this.noticesOverHttp = notices.startsWith("http");
    this.clock = clock;
  }

  /**
   * The message of an event.
   *
   * @param row the row of the outbox
   */
  public void event(@ExchangeProperty("departure") Map<String, Object> row, Exchange exchange)
      throws JsonProcessingException {
    String id = row.get("wire_id").toString();
    String body = envelopes.write(row);
    Message message = fresh(exchange, body, EVENT);
    message.setHeader("CamelFileName", id + ".json");
    keyHeader.ifPresent(header -> message.setHeader(header, Envelopes.key(row)));
    Instant now = clock.instant();
    message.setHeader("webhook-id", id);
    message.setHeader("webhook-timestamp", Long.toString(now.getEpochSecond()));
    signature.ifPresent(key -> message.setHeader("webhook-signature", key.sign(id, now, body)));
  }

  /**
   * The message of a line for people: the line, or {@code {"text": "..."}}.
   *
   * @param row the row of the outbox
   */
  public void notice(@ExchangeProperty("departure") Map<String, Object> row, Exchange exchange) {
    String line = (String) row.get("body");
    Message message =
        noticesAsJson ? fresh(exchange, envelopes.text(line), JSON) : fresh(exchange, line, LINE);
    message.setHeader("CamelFileName", row.get("wire_id") + ".txt");
    noticesKeyHeader.ifPresent(header -> message.setHeader(header, Envelopes.key(row)));
    if (noticesOverHttp) {
      message.setHeader("webhook-id", row.get("wire_id").toString());
    }
  }

  private static Optional<String> keyHeader(String endpoint) {
    return Optional.ofNullable(KEY_HEADERS.get(endpoint.substring(0, endpoint.indexOf(':') + 1)));
  }

  private static Message fresh(Exchange exchange, String body, String type) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setBody(body);
    message.setHeader(CONTENT_TYPE, type);
    exchange.setProperty(Exchange.CHARSET_NAME, "UTF-8");
    return message;
  }
}
