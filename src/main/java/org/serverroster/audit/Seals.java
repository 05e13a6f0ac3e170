package org.serverroster.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.serverroster.roster.Moments;

/**
 * Seals entries of the audit trail: a SHA-256 over the number of the seal, the hash of the seal
 * before it, and every entry. Who changes, removes or adds an entry later must make anew this seal
 * and all that follow; who has noted the hash of one of them elsewhere sees that.
 */
public final class Seals {

  /** What of an entry is sealed: all of it, in this order. */
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "at",
          "domain",
          "peer",
          "action",
          "actor",
          "via",
          "origin",
          "state_before",
          "state_after",
          "request_id",
          "note");

  private static final int ABSENT = -1;

  private final Clock clock;

  /**
   * @param clock when seals are made
   */
  public Seals(Clock clock) {
    this.clock = clock;
  }

  /**
   * The parameters that number the entries of the next seal.
   *
   * @param last the last seal: {@code seal}, {@code hash}
   */
  public Map<String, Object> next(@Body Map<String, ?> last) {
    Map<String, Object> next = new HashMap<>();
    next.put("seal", ((Number) last.get("seal")).longValue() + 1);
    next.put("previousHash", last.get("hash"));
    return next;
  }

  /**
   * The row of the seal.
   *
   * @param next what {@link #next} gave
   * @param entries the rows of its entries, in the order of their ids
   */
  public Map<String, Object> seal(
      @ExchangeProperty("next") Map<String, Object> next, @Body List<Map<String, Object>> entries) {
    Map<String, Object> row = new HashMap<>(next);
    row.put("entries", entries.size());
    row.put("hash", hash((Long) next.get("seal"), (String) next.get("previousHash"), entries));
    row.put("now", clock.instant().atOffset(ZoneOffset.UTC));
    return row;
  }

  /** The hash of a seal, in hexadecimal. */
  static String hash(long seal, String previous, List<Map<String, Object>> entries) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, Long.toString(seal));
      add(digest, previous);
      for (Map<String, Object> entry : entries) {
        for (String column : COLUMNS) {
          add(digest, text(entry.get(column)));
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Each text behind its length, so that no two rows read alike. */
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes == null ? ABSENT : bytes.length).flip());
    if (bytes != null) {
      digest.update(bytes);
    }
  }

  /** The databases differ in what they give for a point in time, and agree to the microsecond. */
  private static String text(Object value) {
    if (value instanceof Date || value instanceof OffsetDateTime) {
      return micros(Moments.instant(value));
    }
    return value == null ? null : value.toString();
  }

  private static String micros(Instant instant) {
    return Long.toString(
        Math.addExact(
            Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000));
  }
}
