package org.serverroster.approval;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Body;
import org.jboss.logging.Logger;
import org.serverroster.roster.Change;

/**
 * Bounds what strangers can make us keep and ask (RFC 6121, section 3.1.3): requests that wait,
 * requests of a day, requests of one peer in a day. What is over a limit is not kept; the peer can
 * ask again later.
 */
public final class Limits {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final Duration REMINDER = Duration.ofMinutes(1);
  private static final Duration QUIET = Duration.ofDays(1);
  private static final Duration UNTIL_NEXT_LOOK = Duration.ofHours(1);
  private static final int SHARE = 16;

  /**
   * So many entries of the audit trail a peer leaves at most that is approved and goes: approved,
   * unreachable three times, accepted, revoked, unsubscribed.
   */
  private static final int ENTRIES_OF_A_REQUEST = 7;

  private static final Duration FRESH = Duration.ofSeconds(10);

  private final int pending;
  private final int ofDay;
  private final int ofPeer;
  private final Clock clock;
  private final Map<String, Room> rooms = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();
  private final Map<String, Refusals> untold = new ConcurrentHashMap<>();
  private Instant said;

  /**
   * @param pending how many requests may wait for the administrators of a domain
   * @param ofDay how many requests a domain takes in 24 hours
   * @param ofPeer how many of them from one peer
   * @param clock now
   */
  public Limits(int pending, int ofDay, int ofPeer, Clock clock) {
    this.pending = pending;
    this.ofDay = ofDay;
    this.ofPeer = ofPeer;
    this.clock = clock;
  }

  /**
   * Whether to count before this request is weighed, and how far: near a limit each time, far from
   * it only now and then.
   */
  public boolean mustCount(Change change) {
    change.put("mostPending", pending);
    change.put("mostOfDay", ofDay);
    change.put("mostEntries", ENTRIES_OF_A_REQUEST * (long) ofPeer);
    return !room(change).take(clock.instant());
  }

  /**
   * Takes over what was counted. A sixteenth of the room may be taken without looking again, for
   * ten seconds. What is counted near a limit does not see what others write at the same moment:
   * one replica exceeds a limit by fewer requests than it has workers, each further one by at most
   * that sixteenth.
   *
   * @param counts {@code pending}, {@code of_day}
   */
  public void count(Change change, Map<String, ?> counts) {
    int left = Math.min(pending - number(counts, "pending"), ofDay - number(counts, "of_day"));
    change.put(
        "limit",
        left > 0
            ? null
            : number(counts, "pending") >= pending
                ? "roster.limits.pending-requests"
                : "roster.limits.requests-per-day");
    room(change).becomes(Math.max(left, 0) / SHARE, clock.instant().plus(FRESH));
  }

  /**
   * Takes over how often a peer was approved within a day that nobody is asked about: this counts
   * as a request.
   */
  public void countApprovals(Change change, Number approvals) {
    change.put("requestsOfDay", change.number("requestsOfDay") + approvals.intValue());
  }

  /**
   * Marks a request that is one too many as {@code refused}. The change has recalled the peer, and
   * {@code requestsOfDay} with it.
   */
  public void weigh(Change change) {
    if (change.get("limit") == null && change.number("requestsOfDay") >= ofPeer) {
      change.put("limit", "roster.limits.requests-per-peer");
    }
    change.put("refused", change.get("limit") != null);
  }

  private Room room(Change change) {
    return rooms.computeIfAbsent(change.text("domain"), domain -> new Room());
  }

  /** How many more requests of one domain may come before we look again, and until when. */
  private static final class Room {
    private int left;
    private Instant until = Instant.MIN;

    synchronized boolean take(Instant now) {
      if (left <= 0 || now.isAfter(until)) {
        return false;
      }
      left--;
      return true;
    }

    synchronized void becomes(int left, Instant until) {
      this.left = left;
      this.until = until;
    }
  }

  /** What was refused of one domain by one limit, since its administrators were told. */
  private static final class Refusals {
    private final String domain;
    private final String limit;
    private String last;
    private long count;
    private Instant quietUntil = Instant.MIN;

    Refusals(String domain, String limit) {
      this.domain = domain;
      this.limit = limit;
    }

    synchronized void add(String peer) {
      count++;
      last = peer;
    }

    synchronized void told(long many, Instant now) {
      quietUntil = now.plus(QUIET);
      count -= many;
    }

    synchronized void toldBefore(Instant now) {
      quietUntil = now.plus(UNTIL_NEXT_LOOK);
    }

    synchronized Optional<Map<String, Object>> toTell(Instant now) {
      return count == 0 || quietUntil.isAfter(now)
          ? Optional.empty()
          : Optional.of(
              Map.of(
                  "domain",
                  domain,
                  "peer",
                  last,
                  "limit",
                  limit,
                  "count",
                  count,
                  "detail",
                  limit + " so far: " + count,
                  "now",
                  Change.utc(now),
                  "dayAgo",
                  Change.utc(now.minus(QUIET)),
                  "dayAhead",
                  Change.utc(now.plus(QUIET))));
    }
  }

  /** Counts a request that was refused, and says so once a minute. */
  public void refused(Change change) {
    refused.increment();
    untold
        .computeIfAbsent(
            change.text("domain") + " " + change.text("limit"),
            key -> new Refusals(change.text("domain"), change.text("limit")))
        .add(change.text("peer"));
    say(change);
  }

  /**
   * What the administrators are to be told: once a day for each limit, however many were refused.
   *
   * @return {@code domain}, {@code limit}, {@code peer} (the last that was refused), {@code detail}
   *     (the limit and how many), {@code now}, {@code dayAgo}, {@code dayAhead}; until {@link
   *     #told} says that it is on its way
   */
  public List<Map<String, Object>> toTell() {
    Instant now = clock.instant();
    return untold.values().stream().flatMap(refusals -> refusals.toTell(now).stream()).toList();
  }

  /** The administrators are told this. */
  public void told(@Body Map<String, Object> refusal) {
    untold
        .get(refusal.get("domain") + " " + refusal.get("limit"))
        .told((Long) refusal.get("count"), clock.instant());
  }

  /** Another replica, or the process before this one, has told them within a day. */
  public void toldBefore(@Body Map<String, Object> refusal) {
    untold.get(refusal.get("domain") + " " + refusal.get("limit")).toldBefore(clock.instant());
  }

  /** How many requests were refused, since the start. */
  public long refused() {
    return refused.sum();
  }

  private synchronized void say(Change change) {
    Instant now = clock.instant();
    if (said == null || now.isBefore(said) || !now.isBefore(said.plus(REMINDER))) {
      said = now;
      LOG.warnf(
          "request-refused domain=%s peer=%s limit=%s refused-so-far=%d",
          change.text("domain"), change.text("peer"), change.text("limit"), refused());
    }
  }

  private static int number(Map<String, ?> row, String column) {
    return ((Number) row.get(column)).intValue();
  }
}
