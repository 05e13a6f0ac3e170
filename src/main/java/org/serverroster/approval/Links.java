package org.serverroster.approval;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.serverroster.roster.Change;

/**
 * The secrets behind the links of a mail: the token in the link, of which only the SHA-256 is ever
 * stored, and the nonce in the form that the link opens.
 */
public final class Links {

  private static final int TOKEN_BYTES = 32;
  private static final Duration NONCE_LIFETIME = Duration.ofHours(2);

  /** Another replica's clock may be a little ahead of ours. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private static final String NONCE_HASH = "HmacSHA256";

  private final SecureRandom random;
  private final Clock clock;

  /**
   * @param random where tokens come from
   * @param clock now
   */
  public Links(SecureRandom random, Clock clock) {
    this.random = random;
    this.clock = clock;
  }

  /** A new token: 256 random bits in base64url, 43 characters. */
  public String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What is kept of a link: the row of {@code approval_token}. */
  public Map<String, Object> row(String token, Object request, String administrator, Instant made) {
    return Map.of(
        "tokenHash",
        hash(token),
        "request",
        request,
        "administrator",
        administrator,
        "now",
        Change.utc(made));
  }

  /** What is stored of a token, and what it is looked up by: its SHA-256 in hexadecimal. */
  public String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The nonce of a form: proof that the form was opened, by this link, within the last two hours.
   * It needs no memory, so opening a link writes nothing.
   *
   * @param key the key that all replicas share
   */
  public String nonce(String key, String tokenHash) {
    return nonce(key, tokenHash, clock.instant());
  }

  /** Whether the nonce is one that {@link #nonce} gave for the same link. */
  public boolean confirms(String nonce, String key, String tokenHash) {
    int dot = nonce == null ? -1 : nonce.indexOf('.');
    if (dot < 1 || dot > 12) {
      return false;
    }
    Instant made;
    try {
      made = Instant.ofEpochSecond(Long.parseLong(nonce.substring(0, dot)));
    } catch (NumberFormatException e) {
      return false;
    }
    Instant now = clock.instant();
    return !made.isAfter(now.plus(CLOCK_SKEW))
        && made.plus(NONCE_LIFETIME).isAfter(now)
        && MessageDigest.isEqual(
            nonce.getBytes(StandardCharsets.UTF_8),
            nonce(key, tokenHash, made).getBytes(StandardCharsets.UTF_8));
  }

  /** A new key for {@link #nonce}. */
  public String newKey() {
    return newToken();
  }

  private static String nonce(String key, String tokenHash, Instant made) {
    try {
      Mac mac = Mac.getInstance(NONCE_HASH);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), NONCE_HASH));
      String text = made.getEpochSecond() + "\n" + tokenHash;
      byte[] code = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      return made.getEpochSecond()
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
