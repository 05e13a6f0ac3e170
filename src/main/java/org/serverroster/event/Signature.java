package org.serverroster.event;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what leaves, and checks what comes, the way of Standard Webhooks 1.0: HMAC-SHA256 over id,
 * time and body.
 */
public final class Signature {

  /** What a secret begins with; the rest is Base64. */
  public static final String PREFIX = "whsec_";

  /** How far the clocks of sender and receiver may be apart, and how long a message may travel. */
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final String ALGORITHM = "HmacSHA256";
  private static final String VERSION = "v1,";

  private final SecretKeySpec key;

  /**
   * @param secret {@code whsec_} and the key in Base64
   * @throws IllegalArgumentException when it is not written so
   */
  public Signature(String secret) {
    if (!secret.startsWith(PREFIX)) {
      throw new IllegalArgumentException("a secret begins with " + PREFIX);
    }
    this.key =
        new SecretKeySpec(Base64.getDecoder().decode(secret.substring(PREFIX.length())), ALGORITHM);
  }

  /** The value of the header {@code webhook-signature}. */
  public String sign(String id, Instant time, String body) {
    return VERSION + Base64.getEncoder().encodeToString(mac(id, time.getEpochSecond(), body));
  }

  /**
   * Whether one of the signatures in a header is ours, and fresh.
   *
   * @param id the header {@code webhook-id}, null when absent
   * @param timestamp the header {@code webhook-timestamp}, seconds since 1970; null when absent
   * @param signatures the header {@code webhook-signature}, separated by spaces; null when absent
   */
  public boolean isValid(String id, String timestamp, String signatures, String body, Instant now) {
    if (id == null || signatures == null || timestamp == null || !timestamp.matches("\\d{1,12}")) {
      return false;
    }
    long seconds = Long.parseLong(timestamp);
    if (Duration.between(Instant.ofEpochSecond(seconds), now).abs().compareTo(TOLERANCE) > 0) {
      return false;
    }
    byte[] expected = mac(id, seconds, body);
    return Arrays.stream(signatures.split(" "))
        .filter(signature -> signature.startsWith(VERSION))
        .anyMatch(signature -> MessageDigest.isEqual(expected, decode(signature)));
  }

  private static byte[] decode(String signature) {
    try {
      return Base64.getDecoder().decode(signature.substring(VERSION.length()));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private byte[] mac(String id, long seconds, String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(
          String.join(".", id, Long.toString(seconds), body).getBytes(StandardCharsets.UTF_8));
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }
}
