package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;
import org.serverroster.outbox.Receiver;
import org.serverroster.outbox.Redaction;

class ReceiversHealthCheckTest {

  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-11-25T10:00:00Z"), ZoneOffset.UTC);

  private final Receiver events =
      new Receiver("events", new Redaction(""), Duration.ofDays(7), NOW);
  private final Receiver notices =
      new Receiver("notices", new Redaction(""), Duration.ofDays(7), NOW);

  private final CommandSource commands = new CommandSource(new DefaultCamelContext(false), NOW);

  @Test
  void withoutReceiversThereIsNothingToSay() {
    HealthCheckResponse answer = check(Map.of());
    assertEquals(HealthCheckResponse.Status.UP, answer.getStatus());
    assertEquals(Map.of(), answer.getData().orElse(Map.of()));
  }

  @Test
  void aReceiverThatFailsIsSaid() {
    fail(events);
    HealthCheckResponse answer = check(Map.of("roster.events.uri", "https://hooks.example.org/"));
    assertEquals(HealthCheckResponse.Status.UP, answer.getStatus());
    assertEquals(
        Map.of(
            "roster.events.uri", "ConnectException: refused",
            "roster.events.uri since", "2026-11-25T10:00:00Z"),
        answer.getData().orElseThrow());
  }

  @Test
  void soIsAnEndpointOfCommandsThatIsAway() {
    Map<String, String> settings = Map.of("roster.commands.uri", "jms:queue:commands");
    assertEquals(
        Map.of("roster.commands.uri", "is there"), check(settings).getData().orElseThrow());
    commands.absence().noticed("the broker cannot be connected to");
    HealthCheckResponse answer = check(settings);
    assertEquals(HealthCheckResponse.Status.UP, answer.getStatus());
    assertEquals(
        Map.of(
            "roster.commands.uri", "the broker cannot be connected to",
            "roster.commands.uri since", "2026-11-25T10:00:00Z"),
        answer.getData().orElseThrow());
  }

  @Test
  void oneThatIsRequiredMustTakeWhatItGets() {
    Map<String, String> required =
        Map.of(
            "roster.events.uri", "https://hooks.example.org/",
            "roster.notify.uri", "https://chat.example.org/",
            "roster.events.required", "true");
    fail(notices);
    assertEquals(HealthCheckResponse.Status.UP, check(required).getStatus());
    fail(events);
    assertEquals(HealthCheckResponse.Status.DOWN, check(required).getStatus());
    events.took();
    assertEquals(HealthCheckResponse.Status.UP, check(required).getStatus());
  }

  private static void fail(Receiver receiver) {
    receiver.refused(
        Map.of("attempts", 1, "created_at", NOW.instant().atOffset(ZoneOffset.UTC)),
        new ConnectException("refused"));
  }

  private HealthCheckResponse check(Map<String, String> more) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "roster.xmpp.component", "roster.capulet.lit",
                "roster.xmpp.secret", "s3cret",
                "roster.base-url", "https://roster.capulet.lit",
                "roster.admin.password", "wherefore-art-thou"));
    settings.putAll(more);
    Settings mapped =
        new SmallRyeConfigBuilder()
            .withMapping(Settings.class)
            .withDefaultValues(settings)
            .build()
            .getConfigMapping(Settings.class);
    return new ReceiversHealthCheck(events, notices, commands, mapped).call();
  }
}
