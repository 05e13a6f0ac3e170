package org.serverroster.outbox;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.serverroster.event.Envelopes;
import org.serverroster.event.Event;
import org.serverroster.event.Events;
import org.serverroster.roster.Change;

/**
 * The rows of the outbox that tell those outside what happened: events for programs, lines for
 * people. All about one peer share a lane of each and leave in the order in which it happened.
 * Without a receiver there are none.
 */
public final class Announcements {

  private static final String EVENT = "event";
  private static final String NOTICE = "notice";
  private static final String DIGEST = "digest";
  private static final String EVENTS_SETTING = "roster.events.uri";
  private static final String NOTICES_SETTING = "roster.notify.uri";

  private final Events events;
  private final Envelopes envelopes;
  private final Set<String> wanted;
  private final Lines lines;
  private final Clock clock;

  /**
   * What people are told, in one line each; empty when it is not worth one.
   *
   * @param changes of a judged change
   * @param failures of a row that could not leave
   */
  public record Lines(
      Function<Change, Optional<String>> changes,
      Function<Map<String, ?>, Optional<String>> failures) {}

  /**
   * @param wanted the channels that have a receiver: {@code event}, {@code notice}
   */
  public Announcements(
      Events events, Envelopes envelopes, Set<String> wanted, Lines lines, Clock clock) {
    this.events = events;
    this.envelopes = envelopes;
    this.wanted = Set.copyOf(wanted);
    this.lines = lines;
    this.clock = clock;
  }

  /** What is told of a change. */
  public List<Map<String, Object>> of(Change change) {
    List<Map<String, Object>> rows = new ArrayList<>();
    if (wanted.contains(EVENT)) {
      events.of(change).forEach(event -> rows.add(event(event, UUID.randomUUID(), change)));
    }
    if (wanted.contains(NOTICE)) {
      lines
          .changes()
          .apply(change)
          .ifPresent(
              line -> rows.add(notice(line, change.text("action"), UUID.randomUUID(), change)));
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
    return isAnnouncement(departure) || !wanted.contains(EVENT)
        ? List.of()
        : List.of(event(events.sent(departure), derived(departure, "sent"), departure));
  }

  /** The same for the mails that have left together as a digest. */
  public List<Map<String, Object>> ofDigest(
      @ExchangeProperty("digested") List<Map<String, Object>> mails) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Map<String, Object> mail : mails) {
      Map<String, Object> departure = new HashMap<>(mail);
      departure.put("channel", "mail");
      departure.put("now", clock.instant().atOffset(ZoneOffset.UTC));
      rows.addAll(ofDelivery(departure));
    }
    return rows;
  }

  /**
   * What is told when a stanza or a mail could not leave: only of the first attempt, a receiver
   * that is away for long would make an event of each retry. Of a digest each of its mails is told
   * of, when it was tried for the first time, and people are told in one line.
   *
   * @param departure the row as it is put off
   * @param digested the mails of a digest; null for anything else, or when they could not be read
   */
  public List<Map<String, Object>> ofFailure(
      @Header("CamelJdbcParameters") Map<String, Object> departure,
      @ExchangeProperty("digested") List<Map<String, Object>> digested) {
    if (DIGEST.equals(departure.get("channel"))) {
      return digested == null || digested.isEmpty() ? List.of() : ofFailed(digested, departure);
    }
    if (isAnnouncement(departure) || ((Number) departure.get("attempts")).intValue() > 1) {
      return List.of();
    }
    return Stream.concat(told(departure), said(departure)).toList();
  }

  private List<Map<String, Object>> ofFailed(
      List<Map<String, Object>> digested, Map<String, Object> digest) {
    Stream<Map<String, Object>> told =
        digested.stream()
            .filter(mail -> ((Number) mail.get("attempts")).intValue() == 0)
            .map(mail -> putOff(mail, "mail", digest))
            .flatMap(this::told);
    if (((Number) digest.get("attempts")).intValue() > 1) {
      return told.toList();
    }
    Map<String, Object> first = putOff(digested.get(0), DIGEST, digest);
    first.put("mails", digested.size());
    return Stream.concat(told, said(first)).toList();
  }

  private static Map<String, Object> putOff(
      Map<String, Object> mail, String channel, Map<String, Object> digest) {
    Map<String, Object> row = new HashMap<>(mail);
    row.put("channel", channel);
    row.put("attempts", ((Number) mail.get("attempts")).intValue() + 1);
    List.of("now", "nextAt", "lastError").forEach(key -> row.put(key, digest.get(key)));
    return row;
  }

  private Stream<Map<String, Object>> told(Map<String, Object> departure) {
    return wanted.contains(EVENT)
        ? Stream.of(event(events.failed(departure), derived(departure, "failed"), departure))
        : Stream.empty();
  }

  private Stream<Map<String, Object>> said(Map<String, Object> departure) {
    return lines.failures().apply(departure).stream()
        .filter(line -> wanted.contains(NOTICE))
        .map(line -> notice(line, "delivery-failed", derived(departure, "said"), departure));
  }

  /**
   * What is told when a peer came or went.
   *
   * @param presence {@code domain}, {@code peer}, {@code here}, {@code now}
   */
  public List<Map<String, Object>> ofPresence(Map<String, Object> presence) {
    return wanted.contains(EVENT)
        ? List.of(event(events.presence(presence), UUID.randomUUID(), presence))
        : List.of();
  }

  /** A peer of which nobody knows any more whether it is there. */
  public Map<String, Object> unseen(@Body Map<String, Object> peer) {
    return Map.of(
        "domain", peer.get("domain"),
        "peer", peer.get("peer"),
        "here", false,
        "now", clock.instant().atOffset(ZoneOffset.UTC));
  }

  /**
   * What is told of a command: its answer, under an id made from that of the command.
   *
   * @param order {@code id} and what {@link Events#answer} takes
   */
  public List<Map<String, Object>> ofAnswer(Map<String, Object> order) {
    return wanted.contains(EVENT)
        ? List.of(event(events.answer(order), derived(order.get("id"), "answered"), order))
        : List.of();
  }

  /** Whether a row tells somebody outside: of those nothing is told in turn. */
  private static boolean isAnnouncement(Map<String, ?> departure) {
    return EVENT.equals(departure.get("channel")) || NOTICE.equals(departure.get("channel"));
  }

  private Map<String, Object> event(Event event, UUID id, Map<String, ?> about) {
    return row(EVENT, event.kind(), EVENTS_SETTING, envelopes.data(event), id, about);
  }

  private static Map<String, Object> notice(
      String line, String kind, UUID id, Map<String, ?> about) {
    return row(NOTICE, kind, NOTICES_SETTING, line, id, about);
  }

  private static Map<String, Object> row(
      String channel, String kind, String recipient, String body, UUID id, Map<String, ?> about) {
    Map<String, Object> row = new HashMap<>();
    row.put("wireId", id);
    row.put("channel", channel);
    row.put("domain", about.get("domain"));
    row.put("peer", about.get("peer"));
    row.put("lane", String.join(" ", Envelopes.key(row), channel));
    row.put("kind", kind);
    row.put("recipient", recipient);
    row.put("detail", null);
    row.put("body", body);
    row.put(
        "request",
        about.containsKey("request_id") ? about.get("request_id") : about.get("request"));
    row.put("now", about.get("now"));
    row.put("lease", null);
    row.put("leasedUntil", null);
    return row;
  }

  private static UUID derived(Map<String, ?> departure, String what) {
    return derived(departure.get("wire_id"), what);
  }

  private static UUID derived(Object id, String what) {
    return UUID.nameUUIDFromBytes(
        String.join(" ", id.toString(), what).getBytes(StandardCharsets.UTF_8));
  }
}
