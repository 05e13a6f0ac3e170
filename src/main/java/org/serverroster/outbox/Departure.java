package org.serverroster.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.jboss.logging.Logger;
import org.serverroster.roster.Failures;

/**
 * The times in the life of an outbox row: who has it for how long, and when a failed one is tried
 * again. A sender takes a row by a conditional update with its own lease, so two replicas never
 * send one row at the same time; a sender that died loses it when the lease ends.
 */
public final class Departure {

  private static final Logger LOG = Logger.getLogger("server-roster");
  private static final Duration STANZA_LEASE = Duration.ofSeconds(25);

  /** How long the acknowledgement of a stanza is waited for, and a little. */
  private static final Duration LONGEST_SENDING = Duration.ofSeconds(16);

  private static final Duration MAIL_LEASE = Duration.ofMinutes(2);

  /** No honest lease ends later than this, another replica's clock being a little ahead. */
  static final Duration LONGEST_LEASE = MAIL_LEASE.plusSeconds(30);

  private static final Duration ANNOUNCEMENT_LEASE = Duration.ofMinutes(1);

  /** So long a round begins with rows; what is left of a lane by then is for the next one. */
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(5);

  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);
  private static final Duration LONGEST_LASTING_DELAY = Duration.ofHours(1);

  /** Nothing is put off for longer, whatever it is. */
  static final Duration LONGEST_DELAY_OF_ALL = LONGEST_LASTING_DELAY.multipliedBy(2);

  private static final int LASTING_REPLY = 500;

  private final Clock clock;
  private final RandomGenerator jitter;
  private final BooleanSupplier open;
  private final BooleanSupplier streamIsUp;
  private final BooleanSupplier hasRoom;
  private final BooleanSupplier isKept;

  /**
   * @param clock now
   * @param jitter spreads the retries of rows that failed together
   * @param open whether anything may still leave: false once the service is being stopped
   * @param streamIsUp whether stanzas can leave from here
   * @param hasRoom whether those who send can take on more at once
   * @param isKept whether the database takes what is written, as far as is known
   */
  public Departure(
      Clock clock,
      RandomGenerator jitter,
      BooleanSupplier open,
      BooleanSupplier streamIsUp,
      BooleanSupplier hasRoom,
      BooleanSupplier isKept) {
    this.clock = clock;
    this.jitter = jitter;
    this.open = open;
    this.streamIsUp = streamIsUp;
    this.hasRoom = hasRoom;
    this.isKept = isKept;
  }

  /**
   * Whether to look for more stanzas to send: only the replica that holds the stream sends them.
   *
   * @param waiting how many the last look found, null before the first
   */
  public boolean mayDeliver(@ExchangeProperty("waiting") Integer waiting) {
    return mayLookAgain(waiting) && streamIsUp.getAsBoolean();
  }

  /**
   * Whether to look for more of what waits. From a database that can be read and not written, as
   * one with a full disk, the same would be found again and again.
   *
   * @param waiting how many the last look found, null before the first
   */
  public boolean mayLookAgain(@ExchangeProperty("waiting") Integer waiting) {
    return (waiting == null || (waiting > 0 && isKept.getAsBoolean())) && isOpen();
  }

  /** Whether to begin with a row: not once the service is being stopped. */
  public boolean isOpen() {
    return open.getAsBoolean();
  }

  /** Until when a round that begins now takes up rows. */
  public OffsetDateTime endOfRound() {
    return now().plus(LONGEST_ROUND);
  }

  /**
   * Whether to begin with a row that a look has found: the first of its lane in any case, those
   * behind it while the round lasts. A lane whose receiver takes its time would else hold up the
   * look for all others.
   *
   * @param index which row of its lane it is, from 0
   * @param roundUntil until when this round takes up rows
   */
  public boolean mayBegin(
      @ExchangeProperty(Exchange.SPLIT_INDEX) int index,
      @ExchangeProperty("roundUntil") OffsetDateTime roundUntil) {
    return index == 0 || now().isBefore(roundUntil);
  }

  /** The parameters of a statement that only asks what time it is. */
  public Map<String, Object> atThisTime() {
    return Map.of("now", now());
  }

  /**
   * Whether the failure says for certain that the mail has not left, so that its link is nobody's.
   * A connection that broke after the text was sent says nothing.
   */
  public boolean certainlyNotSent(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    return replyCode(failure) > 0
        || Failures.causes(failure).anyMatch(NotConnectedException.class::isInstance);
  }

  /** The parameters that find what may leave now. */
  public Map<String, Object> waiting(String channel) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("channel", channel);
    parameters.put("now", now());
    return parameters;
  }

  /**
   * What was found, lane by lane: the rows of one leave one after the other, those of several side
   * by side. A row is only leased when those before it in its lane have left.
   *
   * @param rows the rows with {@code lane}, each lane in the order in which it is to leave
   */
  public List<List<Map<String, Object>>> byLane(@Body List<Map<String, Object>> rows) {
    return List.copyOf(
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> String.valueOf(row.get("lane")),
                    LinkedHashMap::new,
                    Collectors.toList()))
            .values());
  }

  /**
   * The row with a lease of our own, which it does not get once the service is being stopped. Of
   * one that somebody began with, who then died or could not know whether it arrived, the lease of
   * then is {@code before}.
   */
  public Map<String, Object> lease(@Body Map<String, Object> row) {
    Map<String, Object> leased = new HashMap<>(row);
    leased.put("before", row.get("lease"));
    leased.put("now", now());
    leased.put("lease", UUID.randomUUID());
    leased.put("open", isOpen());
    leased.put("leasedUntil", now().plus(leaseOf(String.valueOf(row.get("channel")))));
    return leased;
  }

  /** Whether the stanzas of a change may be leased in its transaction and leave when it ends. */
  boolean mayLeaveAtOnce() {
    return isOpen() && streamIsUp.getAsBoolean() && hasRoom.getAsBoolean();
  }

  /** Gives a row that is being written a lease of our own. */
  void leaseAtOnce(Map<String, Object> row) {
    row.put("lease", UUID.randomUUID());
    row.put("leasedUntil", now().plus(STANZA_LEASE));
  }

  /**
   * Whether to send the next of the stanzas that are ours: none of them has failed, and the lease
   * lasts for as long as an acknowledgement may take.
   *
   * @param leaving the rows that are left
   * @param postponed whether one has failed, null when none has
   */
  public boolean mayTakeNext(
      @ExchangeProperty("leaving") Queue<Map<String, Object>> leaving,
      @ExchangeProperty("postponed") Boolean postponed) {
    return !leaving.isEmpty()
        && !Boolean.TRUE.equals(postponed)
        && mayLeaveAtOnce(leaving.element());
  }

  private boolean mayLeaveAtOnce(Map<String, Object> row) {
    OffsetDateTime end = (OffsetDateTime) row.get("leasedUntil");
    return isOpen() && now().plus(LONGEST_SENDING).isBefore(end);
  }

  /** Takes the next of the stanzas that are ours, which leaves now. */
  public Map<String, Object> next(@ExchangeProperty("leaving") Queue<Map<String, Object>> leaving) {
    Map<String, Object> row = new HashMap<>(leaving.remove());
    row.put("now", now());
    return row;
  }

  private static Duration leaseOf(String channel) {
    return switch (channel) {
      case "mail" -> MAIL_LEASE;
      case "event", "notice" -> ANNOUNCEMENT_LEASE;
      default -> STANZA_LEASE;
    };
  }

  /**
   * Several rows of one lane that leave together, with a lease of our own on all of them. Those
   * that somebody began with leave by themselves, as the digest that may have arrived.
   */
  public Map<String, Object> leaseMany(@Body Map<String, Object> rows) {
    Map<String, Object> leased = lease(rows);
    leased.put("channel", "digest");
    leased.put("kind", "digest");
    leased.put("leasedUntil", now().plus(MAIL_LEASE));
    return leased;
  }

  /** The row after a failure: when to try again, and what an operator is shown. */
  public Map<String, Object> postpone(
      @ExchangeProperty("departure") Map<String, Object> row,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    int attempts = ((Number) row.get("attempts")).intValue() + 1;
    Map<String, Object> postponed = new HashMap<>(row);
    postponed.put("attempts", attempts);
    postponed.put("begunAt", row.get("now"));
    postponed.put("now", now());
    boolean lasting = replyCode(failure) >= LASTING_REPLY;
    postponed.put("nextAt", now().plus(lasting ? lastingDelay(attempts) : delay(attempts)));
    postponed.put("lastError", Failures.describe(failure));
    postponed.put("begun", certainlyNotSent(failure) ? row.get("before") : row.get("lease"));
    return postponed;
  }

  /** Says in the log what was delivered. */
  public void tell(@ExchangeProperty("departure") Map<String, Object> row) {
    LOG.infof(
        "delivered request=%s domain=%s peer=%s kind=%s to=%s id=%s",
        row.get("request_id"),
        row.get("domain"),
        row.get("peer"),
        row.get("kind"),
        row.get("recipient"),
        row.get("wire_id"));
  }

  /** Exponential from one second to one minute, a fifth of it by chance. */
  Duration delay(int attempts) {
    return delay(attempts, FIRST_DELAY, LONGEST_DELAY);
  }

  /** What was refused for good may be mended by a person: from one minute to one hour. */
  Duration lastingDelay(int attempts) {
    return delay(attempts, LONGEST_DELAY, LONGEST_LASTING_DELAY);
  }

  private Duration delay(int attempts, Duration first, Duration longest) {
    long bounded = bounded(attempts, first, longest);
    return Duration.ofMillis(bounded * 9 / 10 + jitter.nextLong(bounded / 5 + 1));
  }

  /** So long, at least, what has failed that often is left alone. */
  static Duration leastDelay(int attempts) {
    return Duration.ofMillis(bounded(attempts, FIRST_DELAY, LONGEST_DELAY) * 9 / 10);
  }

  private static long bounded(int attempts, Duration first, Duration longest) {
    return Math.min(first.toMillis() << Math.min(attempts - 1, 10), longest.toMillis());
  }

  /** What the SMTP server answered (RFC 5321, section 4.2), 0 when it was not an answer. */
  static int replyCode(Throwable failure) {
    return Failures.causes(failure)
        .mapToInt(
            cause -> {
              if (cause instanceof SMTPAddressFailedException address) {
                return address.getReturnCode();
              }
              if (cause instanceof SMTPSenderFailedException sender) {
                return sender.getReturnCode();
              }
              return cause instanceof SMTPSendFailedException send ? send.getReturnCode() : 0;
            })
        .filter(code -> code > 0)
        .findFirst()
        .orElse(0);
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }
}
