package org.serverroster.command;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The sessions of commands (XEP-0050, section 3.1). An id proves itself: it says when it ends and
 * is signed for one account, one command and one addressee, so nothing is kept of those that are
 * never finished; what is kept, by each replica for itself, is which ones are over, until they
 * would have ended by themselves. What a command does, it does once by its own conditions.
 */
final class Sessions {

  /** What an id turns out to be. */
  enum State {
    OPEN,
    /** It was ours, and its time is over or it was used. */
    EXPIRED,
    /** It never was an id for this account and command. */
    UNKNOWN
  }

  private static final Duration LIFETIME = Duration.ofMinutes(10);
  private static final int MOST_CLOSED = 10_000;

  /** The key signs other things as well. */
  private static final String PURPOSE = "command session\n";

  private final Clock clock;
  private final SecureRandom random;
  private volatile SecretKeySpec key;
  private final Map<String, Instant> closed = new LinkedHashMap<>();

  Sessions(SecureRandom random, Clock clock) {
    this.clock = clock;
    this.random = random;
  }

  /** Whether {@link #use} has told what to sign with. */
  boolean hasKey() {
    return key != null;
  }

  /**
   * From now on ids are signed with this: what a server gives to another replica, or to this one
   * after a restart, is known there as well.
   *
   * @param shared what all replicas share, and nobody else knows
   */
  void use(String shared) {
    key = new SecretKeySpec(shared.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
  }

  /**
   * A new id.
   *
   * @param owner account, command and addressee that it is good for
   */
  String open(String owner) {
    return sign(
        Long.toString(clock.instant().plus(LIFETIME).getEpochSecond(), 36)
            + "."
            + Long.toString(random.nextLong() & Long.MAX_VALUE, 36),
        owner);
  }

  State state(String id, String owner) {
    int dot = id.lastIndexOf('.');
    if (id.length() > 200 || dot < 1 || !same(id, sign(id.substring(0, dot), owner))) {
      return State.UNKNOWN;
    }
    Instant ends = Instant.ofEpochSecond(Long.parseLong(id.substring(0, id.indexOf('.')), 36));
    synchronized (closed) {
      return closed.containsKey(id) || !clock.instant().isBefore(ends) ? State.EXPIRED : State.OPEN;
    }
  }

  /**
   * Ends a session.
   *
   * @return false when it was over already: two at once do not both go through
   */
  boolean close(String id) {
    synchronized (closed) {
      Instant now = clock.instant();
      Iterator<Instant> oldest = closed.values().iterator();
      while (oldest.hasNext() && (oldest.next().isBefore(now) || closed.size() >= MOST_CLOSED)) {
        oldest.remove();
      }
      return closed.putIfAbsent(id, now.plus(LIFETIME)) == null;
    }
  }

  private String sign(String body, String owner) {
    try {
      Mac mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      byte[] code = mac.doFinal((PURPOSE + body + "\n" + owner).getBytes(StandardCharsets.UTF_8));
      return body + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
