package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LinksTest {

  private static final Instant NOW = Instant.parse("2026-11-22T15:00:00Z");

  private final Links links = at(NOW);

  @Test
  void aTokenIs256BitsAndNeverTheSame() {
    String token = links.newToken();
    assertEquals(32, Base64.getUrlDecoder().decode(token).length);
    assertNotEquals(token, links.newToken());
  }

  @Test
  void whatIsStoredIsTheSha256OfTheToken() {
    assertEquals(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", links.hash("abc"));
  }

  @Test
  void aNonceConfirmsItsOwnLinkOnly() {
    String nonce = links.nonce("key", "hash");
    assertTrue(links.confirms(nonce, "key", "hash"));
    assertFalse(links.confirms(nonce, "key", "another"));
    assertFalse(links.confirms(nonce, "another", "hash"));
  }

  @Test
  void aNonceLivesTwoHoursAndAnotherReplicasClockMayBeALittleOff() {
    String nonce = links.nonce("key", "hash");
    assertTrue(at(NOW.plus(Duration.ofMinutes(119))).confirms(nonce, "key", "hash"));
    assertFalse(at(NOW.plus(Duration.ofMinutes(120))).confirms(nonce, "key", "hash"));
    assertTrue(at(NOW.minus(Duration.ofSeconds(59))).confirms(nonce, "key", "hash"));
    assertFalse(at(NOW.minus(Duration.ofSeconds(61))).confirms(nonce, "key", "hash"));
  }

  @Test
  void theTimeInANonceCannotBeChanged() {
    String nonce = links.nonce("key", "hash");
    String later = (NOW.getEpochSecond() + 1) + nonce.substring(nonce.indexOf('.'));
    assertFalse(at(NOW.plusSeconds(2)).confirms(later, "key", "hash"));
    assertFalse(links.confirms(null, "key", "hash"));
    assertFalse(links.confirms("", "key", "hash"));
  }

  @Property
  void noOtherTextConfirms(@ForAll String text) {
    assertFalse(links.confirms(text, "key", "hash"));
    assertFalse(links.confirms(NOW.getEpochSecond() + "." + text, "key", "hash"));
  }

  private static Links at(Instant instant) {
    return new Links(new SecureRandom(), Clock.fixed(instant, ZoneOffset.UTC));
  }
}
