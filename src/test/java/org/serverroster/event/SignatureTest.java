package org.serverroster.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignatureTest {

  /** The example of the specification of Standard Webhooks. */
  private static final Signature EXAMPLE = new Signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final Instant TIME = Instant.ofEpochSecond(1614265330);
  private static final String BODY = "{\"test\": 2432232314}";
  private static final String SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  @Test
  void signsAsTheSpecificationShows() {
    assertEquals(SIGNED, EXAMPLE.sign(ID, TIME, BODY));
  }

  @Test
  void acceptsItsOwnAmongOthers() {
    assertTrue(valid(ID, "1614265330", SIGNED, BODY, TIME));
    assertTrue(valid(ID, "1614265330", "v1a,xx v1,bm9wZQ== " + SIGNED, BODY, TIME));
    assertTrue(valid(ID, "1614265330", SIGNED, BODY, TIME.plusSeconds(299)));
  }

  @Test
  void refusesEverythingElse() {
    assertFalse(valid("another", "1614265330", SIGNED, BODY, TIME));
    assertFalse(valid(ID, "1614265331", SIGNED, BODY, TIME));
    assertFalse(valid(ID, "1614265330", SIGNED, BODY + " ", TIME));
    assertFalse(valid(ID, "1614265330", SIGNED.substring(1), BODY, TIME));
    assertFalse(valid(ID, "1614265330", "v1,not base64", BODY, TIME));
    assertFalse(valid(ID, "1614265330", "", BODY, TIME));
    assertFalse(valid(ID, "-1", SIGNED, BODY, TIME));
    assertFalse(valid(ID, null, SIGNED, BODY, TIME));
    assertFalse(valid(null, "1614265330", SIGNED, BODY, TIME));
    assertFalse(valid(ID, "1614265330", null, BODY, TIME));
    assertFalse(valid(ID, "1614265330", SIGNED, BODY, TIME.plusSeconds(301)), "an old one");
    assertFalse(valid(ID, "1614265330", SIGNED, BODY, TIME.minusSeconds(301)), "one of tomorrow");
  }

  @Test
  void aSecretIsWrittenAsTheSpecificationSays() {
    assertThrows(IllegalArgumentException.class, () -> new Signature("MfKQ9r8GKYqr"));
    assertThrows(IllegalArgumentException.class, () -> new Signature("whsec_?"));
    assertThrows(IllegalArgumentException.class, () -> new Signature("whsec_"));
  }

  private static boolean valid(String id, String time, String signature, String body, Instant now) {
    return EXAMPLE.isValid(id, time, signature, body, now);
  }
}
