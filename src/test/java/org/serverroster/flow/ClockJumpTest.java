package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;
import static org.serverroster.flow.House.xmpp;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody sets the clock back by an hour: what was put off does not wait for that hour. */
@QuarkusTest
@TestProfile(ClockJumpTest.Settings.class)
class ClockJumpTest extends Story {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(SettableClock.class);
    }
  }

  /** The clock of the machine, as somebody has set it. */
  @Alternative
  @Singleton
  public static class SettableClock extends Clock {
    static volatile Duration set = Duration.ZERO;

    @Override
    public Instant instant() {
      return Clock.systemUTC().instant().plus(set);
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

  @AfterEach
  void setRight() {
    SettableClock.set = Duration.ZERO;
    xmpp().acknowledgeSends();
  }

  @Test
  void whatWasPutOffLeavesAllTheSame() {
    String peer = "late.lit";
    asks(peer);
    mailboxes().await(NURSE, peer);
    xmpp().refuseSends("internal-server-error", "wait");
    WholeProtocol.act(peer, "approve", Map.of()).statusCode(200);
    patiently().untilAsserted(() -> peer(peer).body("lastError", notNullValue()));

    SettableClock.set = Duration.ofHours(-1);
    xmpp().acknowledgeSends();

    patiently()
        .untilAsserted(
            () ->
                assertEquals(
                    List.of("subscribed", "", "subscribe"),
                    sentTo(peer).stream()
                        .map(stanza -> stanza.getAttribute("type") + stanza.getAttribute("id"))
                        .distinct()
                        .map(typeAndId -> typeAndId.replaceAll("sr-.*", ""))
                        .toList()));
    patiently().untilAsserted(() -> peer(peer).body("lastError", equalTo(null)));
    asks("after-the-jump.lit");
    mailboxes().await(NURSE, "after-the-jump.lit");
  }
}
