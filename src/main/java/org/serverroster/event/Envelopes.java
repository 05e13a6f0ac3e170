package org.serverroster.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Map;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Moments;

/** Puts an event into its envelope: CloudEvents 1.0, structured JSON. */
public final class Envelopes {

  /** What each type begins with; the rest is the kind. */
  public static final String TYPE = "org.serverroster.";

  /** What the name of each schema begins with; the rest is the kind. */
  public static final String SCHEMA = "urn:server-roster:event:";

  private final ObjectMapper mapper = new ObjectMapper();
  private final JsonFormat format = new JsonFormat();
  private final Domain component;

  /**
   * @param component the source of what is about none of our domains
   */
  public Envelopes(Domain component) {
    this.component = component;
  }

  /** The data of an event as it is kept until it leaves. */
  public String data(Event event) {
    return json(event.data());
  }

  /** A line for people as chat services take it: an object with the field {@code text}. */
  String text(String line) {
    return json(Map.of("text", line));
  }

  private String json(Map<String, ?> object) {
    try {
      return mapper.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text, numbers and booleans can always be written", e);
    }
  }

  /**
   * The whole event. Its id is the row's stable id, the same at each attempt; its source the domain
   * whose roster it is about, as an XMPP address (RFC 5122); its subject the peer. {@code sequence}
   * grows with each event, {@code partitionkey} is the same for all events of a pair.
   *
   * @param row {@code id}, {@code wire_id}, {@code domain}, {@code peer}, {@code kind}, {@code
   *     created_at}, {@code body}
   */
  public String write(Map<String, ?> row) throws JsonProcessingException {
    String kind = (String) row.get("kind");
    Object domain = row.get("domain");
    CloudEventBuilder event =
        CloudEventBuilder.v1()
            .withId(row.get("wire_id").toString())
            .withSource(URI.create("xmpp:" + (domain == null ? component : domain)))
            .withType(TYPE + kind)
            .withTime(Moments.instant(row.get("created_at")).atOffset(ZoneOffset.UTC))
            .withDataContentType("application/json")
            .withDataSchema(URI.create(SCHEMA + kind))
            .withExtension("sequence", String.format("%019d", ((Number) row.get("id")).longValue()))
            .withExtension("partitionkey", key(row))
            .withData(JsonCloudEventData.wrap(mapper.readTree((String) row.get("body"))));
    if (row.get("peer") != null) {
      event.withSubject((String) row.get("peer"));
    }
    return new String(format.serialize(event.build()), StandardCharsets.UTF_8);
  }

  /** What all events have in common that must stay in order. */
  public static String key(Map<String, ?> row) {
    return row.get("peer") == null ? "commands" : row.get("domain") + " " + row.get("peer");
  }
}
