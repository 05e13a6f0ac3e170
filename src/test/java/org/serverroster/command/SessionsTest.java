package org.serverroster.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.command.Sessions.State.EXPIRED;
import static org.serverroster.command.Sessions.State.OPEN;
import static org.serverroster.command.Sessions.State.UNKNOWN;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private static final String OWNER = "juliet@capulet.lit/balcony\ncapulet.lit\nsome-node";

  private Instant now = Instant.parse("2026-11-25T12:00:00Z");
  private final Sessions sessions = sessions("the key of all replicas");

  @Test
  void anIdEndsAfterTenMinutes() {
    String id = sessions.open(OWNER);
    assertEquals(OPEN, sessions.state(id, OWNER));
    now = now.plus(Duration.ofMinutes(10)).minusSeconds(1);
    assertEquals(OPEN, sessions.state(id, OWNER));
    now = now.plusSeconds(1);
    assertEquals(EXPIRED, sessions.state(id, OWNER));
    now = now.plus(Duration.ofDays(30));
    assertEquals(EXPIRED, sessions.state(id, OWNER));
  }

  @Test
  void anIdEndsWithItsUseAndOfTwoAtOnceOneHasIt() {
    String id = sessions.open(OWNER);
    assertTrue(sessions.close(id));
    assertFalse(sessions.close(id));
    assertEquals(EXPIRED, sessions.state(id, OWNER));
  }

  @Test
  void anIdIsGoodForItsOwnerAloneAndCannotBeMade() {
    String id = sessions.open(OWNER);
    assertNotEquals(id, sessions.open(OWNER));
    assertEquals(UNKNOWN, sessions.state(id, OWNER.replace("juliet", "nurse")));
    assertEquals(UNKNOWN, sessions("another key").state(id, OWNER));
    String later = "zzzzzz" + id.substring(id.indexOf('.'));
    for (String made : new String[] {"", ".", "x", later, id + "x", "a.b.c", "x".repeat(300)}) {
      assertEquals(UNKNOWN, sessions.state(made, OWNER), made);
    }
  }

  @Test
  void anotherReplicaKnowsIt() {
    Sessions other = sessions("the key of all replicas");
    String id = sessions.open(OWNER);
    assertEquals(OPEN, other.state(id, OWNER));
    assertTrue(other.close(id));
    assertEquals(EXPIRED, other.state(id, OWNER));
  }

  private Sessions sessions(String key) {
    Sessions sessions = new Sessions(new SecureRandom(), new Watch());
    sessions.use(key);
    return sessions;
  }

  @Test
  void whatIsKeptOfUsedOnesIsBounded() {
    String first = sessions.open(OWNER);
    sessions.close(first);
    for (int i = 0; i < 20_000; i++) {
      sessions.close(sessions.open(OWNER));
    }
    String last = sessions.open(OWNER);
    sessions.close(last);
    assertEquals(EXPIRED, sessions.state(last, OWNER));
  }

  private final class Watch extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
