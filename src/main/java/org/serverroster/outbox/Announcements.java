package org.serverroster.outbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ExchangeProperty;
import org.serverroster.event.Envelopes;
import org.serverroster.event.Event;
import org.serverroster.event.Events;
import org.serverroster.roster.Change;

/**
 * The rows of the outbox that tell those outside what happened. All about one peer share a lane and
 * leave in the order in which it happened. Without a receiver there are none.
 */
public final class Announcements {

  /** The channel of events; the recipient is the name of the setting. */
  public static final String EVENT = "event";

  private static final String EVENTS_SETTING = "roster.events.uri";

  private final Events events;
  private final Envelopes envelopes;
  private final boolean eventsWanted;

  /**
   * @param eventsWanted whether {@code roster.events.uri} is set
   */
  public Announcements(Events events, Envelopes envelopes, boolean eventsWanted) {
    this.events = events;
    this.envelopes = envelopes;
    this.eventsWanted = eventsWanted;
  }

  /** What is told of a change. */
  public List<Map<String, Object>> of(Change change) {
    List<Map<String, Object>> rows = new ArrayList<>();
    if (eventsWanted) {
      events.of(change).forEach(event -> rows.add(row(event, UUID.randomUUID(), change)));
    }
    return rows;
  }

  /**
   * What is told when a stanza or a mail has left. Its id is made from that of the row, so a row
   * that leaves twice is told of under one id.
   *
   * @param departure the row that has left
   */
  public List<Map<String, Object>> ofDelivery(
      @ExchangeProperty("departure") Map<String, Object> departure) {
    return isAnnouncement(departure) || !eventsWanted
        ? List.of()
        : List.of(row(events.sent(departure), derived(departure, "sent"), departure));
  }

  /**
   * What is told when a stanza or a mail could not leave: only of the first attempt, a receiver
   * that is away for long would make an event of each retry.
   *
   * @param departure the row as it is put off
   */
  public List<Map<String, Object>> ofFailure(Map<String, Object> departure) {
    return isAnnouncement(departure)
            || !eventsWanted
            || ((Number) departure.get("attempts")).intValue() > 1
        ? List.of()
        : List.of(row(events.failed(departure), derived(departure, "failed"), departure));
  }

  /** Whether a row tells somebody outside, or stands for many: of those nothing is told in turn. */
  private static boolean isAnnouncement(Map<String, ?> departure) {
    return EVENT.equals(departure.get("channel")) || departure.get("wire_id") == null;
  }

  private Map<String, Object> row(Event event, UUID id, Map<String, ?> about) {
    Map<String, Object> row = new HashMap<>();
    row.put("wireId", id);
    row.put("channel", EVENT);
    row.put("domain", about.get("domain"));
    row.put("peer", about.get("peer"));
    row.put("lane", Envelopes.key(row) + " " + EVENT);
    row.put("kind", event.kind());
    row.put("recipient", EVENTS_SETTING);
    row.put("detail", null);
    row.put("body", envelopes.data(event));
    row.put(
        "request",
        about.containsKey("request_id") ? about.get("request_id") : about.get("request"));
    row.put("now", about.get("now"));
    return row;
  }

  private static UUID derived(Map<String, ?> departure, String what) {
    return UUID.nameUUIDFromBytes(
        String.join(" ", departure.get("wire_id").toString(), what)
            .getBytes(StandardCharsets.UTF_8));
  }
}
