package org.serverroster.event;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.serverroster.roster.Change;
import org.serverroster.roster.Subscription;

/**
 * Composes the events of what happens. Each entry of the audit trail is one {@code roster.changed};
 * requests, deliveries and presence have events of their own. The schemas are in {@code
 * src/main/resources/events}, and what is added there must never break a reader.
 */
public final class Events {

  /** Everything that leaves a trace in the audit trail. */
  public static final String ROSTER_CHANGED = "roster.changed.v1";

  /** Administrators are to decide. */
  public static final String REQUEST_OPENED = "request.opened.v1";

  /** A person, the peer or the clock ended a request. */
  public static final String REQUEST_ENDED = "request.ended.v1";

  /** A stanza or a mail has left. */
  public static final String DELIVERY_SENT = "delivery.sent.v1";

  /** A stanza or a mail could not leave at the first attempt; it is tried again. */
  public static final String DELIVERY_FAILED = "delivery.failed.v1";

  /** A peer's server came or went. */
  public static final String PRESENCE_CHANGED = "presence.changed.v1";

  /** A command of a pipeline was carried out, refused or parked. */
  public static final String COMMAND_ANSWERED = "command.answered.v1";

  /** What a judged change means for those outside; in order, maybe empty. */
  public List<Event> of(Change change) {
    List<Event> events = new ArrayList<>();
    if (change.is("audited")) {
      events.add(new Event(ROSTER_CHANGED, changed(change)));
    }
    if (change.is("opens")) {
      events.add(new Event(REQUEST_OPENED, opened(change)));
    }
    if (change.is("ends")) {
      events.add(new Event(REQUEST_ENDED, ended(change)));
    }
    return events;
  }

  /**
   * A row of the outbox has left.
   *
   * @param row the row, as it was taken
   */
  public Event sent(Map<String, ?> row) {
    Map<String, Object> data = delivery(row);
    data.put("attempts", ((Number) row.get("attempts")).intValue() + 1);
    return new Event(DELIVERY_SENT, data);
  }

  /**
   * A row of the outbox could not leave.
   *
   * @param row the row, as it is put off
   */
  public Event failed(Map<String, ?> row) {
    Map<String, Object> data = delivery(row);
    data.put("attempts", row.get("attempts"));
    data.put("error", row.get("lastError"));
    data.put("nextAttemptAt", time(row.get("nextAt")));
    return new Event(DELIVERY_FAILED, data);
  }

  /**
   * A peer came or went.
   *
   * @param presence {@code domain}, {@code peer}, {@code here}
   */
  public Event presence(Map<String, ?> presence) {
    Map<String, Object> data = pair(presence);
    data.put("online", presence.get("here"));
    return new Event(PRESENCE_CHANGED, data);
  }

  /**
   * What became of a command.
   *
   * @param order {@code command}, {@code domain}, {@code peer}, {@code action}, {@code outcome},
   *     {@code reason}, {@code state}, {@code actor}
   */
  public Event answer(Map<String, ?> order) {
    Map<String, Object> data = new LinkedHashMap<>();
    for (String key :
        List.of("command", "domain", "peer", "action", "outcome", "reason", "state", "actor")) {
      data.put(key, order.get(key));
    }
    return new Event(COMMAND_ANSWERED, data);
  }

  private static Map<String, Object> changed(Change change) {
    Subscription before = Subscription.ofState(change.text("before"));
    Subscription after = Subscription.ofState(change.text("state"));
    Map<String, Object> data = pair(change);
    data.put("address", change.get("address"));
    data.put("action", change.get("action"));
    data.put("state", after.state());
    data.put("stateBefore", before.state());
    data.put("subscription", after.subscription());
    data.put("pendingIn", after.pendingIn());
    data.put("pendingOut", after.pendingOut());
    data.put("trusted", after.from());
    data.put("trustedBefore", before.from());
    data.put("blocked", change.is("blocked"));
    data.put("preApproved", change.is("preApproved"));
    data.put("online", change.is("online"));
    data.put("request", text(change.get("request")));
    data.putAll(who(change));
    return data;
  }

  private static Map<String, Object> opened(Change change) {
    Map<String, Object> data = pair(change);
    data.put("request", text(change.get("request")));
    data.put("kind", change.get("requestKind"));
    data.put("quiet", change.is("quiet"));
    data.put("receivedAt", time(change.get("now")));
    data.put("expiresAt", time(change.get("expires")));
    return data;
  }

  private static Map<String, Object> ended(Change change) {
    Map<String, Object> data = pair(change);
    data.put("request", text(change.get("request")));
    data.put("kind", Objects.requireNonNullElse(change.get("requestKind"), "approval"));
    data.put("outcome", change.get("outcome"));
    data.put("decidedAt", time(change.get("now")));
    data.putAll(who(change));
    return data;
  }

  private static Map<String, Object> who(Change change) {
    Map<String, Object> who = new LinkedHashMap<>();
    who.put("actor", change.get("actor"));
    who.put("via", change.get("via"));
    who.put("note", change.get("note"));
    return who;
  }

  private static Map<String, Object> delivery(Map<String, ?> row) {
    Map<String, Object> data = pair(row);
    data.put("delivery", text(row.get("wire_id")));
    data.put("channel", row.get("channel"));
    data.put("kind", row.get("kind"));
    data.put("recipient", row.get("recipient"));
    data.put("request", text(row.get("request_id")));
    return data;
  }

  private static Map<String, Object> pair(Map<String, ?> about) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("domain", about.get("domain"));
    data.put("peer", about.get("peer"));
    return data;
  }

  private static String text(Object value) {
    return value == null ? null : value.toString();
  }

  private static String time(Object value) {
    return value instanceof OffsetDateTime time ? time.toInstant().toString() : null;
  }
}
