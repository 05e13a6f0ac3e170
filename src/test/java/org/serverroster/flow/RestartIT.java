package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.lab.Estate.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.serverroster.lab.AppendixA;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.lab.StreamRecorder;
import org.serverroster.xmpp.ScriptedXmppServer;
import org.w3c.dom.Element;

/**
 * The packaged program is stopped, or killed, while its peers are in each of the nine states, and
 * goes on where it was: the state, every step that is possible from there, and the mails.
 */
class RestartIT {

  /** How the program ends. */
  enum Ending {
    STOPPED,
    KILLED
  }

  /** What brings a peer into each state: what it says, or what an administrator does. */
  private static final Map<String, List<String>> WAYS =
      new TreeMap<>(
          Map.of(
              "none", List.of("hear subscribe", "hear unsubscribe"),
              "none+pending-out", List.of("subscribe"),
              "none+pending-in", List.of("hear subscribe"),
              "none+pending-out+in", List.of("subscribe", "hear subscribe"),
              "to", List.of("subscribe", "hear subscribed"),
              "to+pending-in", List.of("subscribe", "hear subscribed", "hear subscribe"),
              "from", List.of("hear subscribe", "approve", "unsubscribe"),
              "from+pending-out", List.of("hear subscribe", "approve"),
              "both", List.of("hear subscribe", "approve", "hear subscribed")));

  private static final List<String> ACTS =
      List.of("subscribe", "approve", "deny", "revoke", "unsubscribe");

  @TempDir Path folder;
  private ScriptedXmppServer xmpp;
  private StreamRecorder recorder;
  private SmtpCatcher smtp;
  private RosterProcess roster;

  @BeforeEach
  void start() throws IOException {
    xmpp = ScriptedXmppServer.start(Lab.COMPONENT, Lab.SECRET);
    recorder = StreamRecorder.before(xmpp.address());
    smtp = SmtpCatcher.start();
    roster =
        RosterProcess.in(folder.resolve("server-roster"))
            .attachedTo(recorder.address(), smtp, "juliet@capulet.lit")
            .set("roster.limits.mails-per-hour", "1000")
            .start();
  }

  @AfterEach
  void stop() {
    if (roster.isAlive()) {
      roster.kill9();
    }
    recorder.close();
    smtp.close();
    xmpp.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyStateGoesOnWhereItWas(Ending ending) throws Exception {
    List<Life> lives = new ArrayList<>();
    for (String state : WAYS.keySet()) {
      for (String next : stepsFrom(state)) {
        lives.add(new Life(state, next));
      }
    }
    assertEquals(9, lives.stream().map(life -> life.state).distinct().count());
    for (Life life : lives) {
      WAYS.get(life.state).forEach(life::goes);
      assertEquals(life.state, life.expected.state());
    }

    end(ending);
    roster.start();

    for (Life life : lives) {
      life.agrees();
      assertEquals(life.state, life.expected.state());
    }
    for (Life life : lives) {
      life.goes(life.next);
    }
    lives.forEach(Life::agrees);
    lives.forEach(Life::wasAskedAboutOnce);
  }

  @Test
  void aPeerThatNeverAnswersProbesIsKeptAndIsNotThere() throws Exception {
    Life silent = new Life("both", "silent");
    WAYS.get("both").forEach(silent::goes);
    handOver(presence(silent.peer, ""));
    assertTrue(silent.row().get("online").asBoolean());

    for (Ending ending : Ending.values()) {
      xmpp.forget();
      end(ending);
      roster.start();
      patiently().until(() -> sentTo(silent.peer).contains("probe"));
      silent.agreesOnState();
      assertFalse(silent.row().get("online").asBoolean(), "it has not said so");
      assertEquals(200, roster.visitor().trusted(Lab.HOST, silent.peer).statusCode());
    }
    assertEquals(1, sentTo(silent.peer).stream().filter("probe"::equals).count());

    handOver(presence(silent.peer, ""));
    assertTrue(silent.row().get("online").asBoolean());
    silent.goes("revoke");
    silent.agreesOnState();
    patiently().until(() -> sentTo(silent.peer).contains("unsubscribe"));
    List<String> said = sentTo(silent.peer);
    assertEquals(
        List.of("unavailable", "unsubscribed", "unsubscribe"),
        said.subList(said.size() - 3, said.size()));
  }

  /** The peer would take the answer of then for one to what it has asked since. */
  @Test
  void whatLeftBeforeALaterStanzaDoesNotComeAgainAfterAKill() throws Exception {
    Life revoked = new Life("both", "revoked");
    WAYS.get("both").forEach(revoked::goes);
    revoked.agrees();
    xmpp.forget();
    roster.visitor().act(Lab.HOST, revoked.peer, "revoke", "{}");
    patiently().until(() -> sentTo(revoked.peer).contains("unsubscribe"));
    assertTrue(sentTo(revoked.peer).contains("unsubscribed"));

    roster.kill9();
    xmpp.forget();
    roster.start();

    roster.visitor().act(Lab.HOST, revoked.peer, "subscribe", "{\"preApprove\": false}");
    patiently().until(() -> sentTo(revoked.peer).contains("subscribe"));
    assertFalse(sentTo(revoked.peer).contains("unsubscribed"), "before unsubscribe, which came");
  }

  private void end(Ending ending) {
    if (ending == Ending.STOPPED) {
      roster.stop();
    } else {
      roster.kill9();
    }
  }

  /** What a peer can say in a state, and what an administrator can do. */
  private static List<String> stepsFrom(String state) {
    Expected expected = new Expected();
    WAYS.get(state).forEach(step -> account(expected, step));
    return Stream.concat(
            AppendixA.TYPES.stream().sorted().map(type -> "hear " + type),
            ACTS.stream().filter(expected::allows))
        .toList();
  }

  private static void account(Expected expected, String step) {
    if (step.startsWith("hear ")) {
      expected.hears(step.substring("hear ".length()));
    } else {
      expected.does(step);
    }
  }

  private void handOver(String stanza) {
    assertEquals("result", xmpp.handOver(Lab.HOST, stanza).getAttribute("type"));
  }

  private static String presence(String peer, String type) {
    return "<presence from='%s' to='%s'%s/>"
        .formatted(peer, Lab.HOST, type.isEmpty() ? "" : " type='" + type + "'");
  }

  /** What was said to a peer, once each: after a crash it may go out again with the same id. */
  private List<String> sentTo(String peer) {
    Set<String> ids = new LinkedHashSet<>();
    List<String> types = new ArrayList<>();
    for (Element sent : xmpp.sent()) {
      if (sent.getAttribute("to").equals(peer) && ids.add(sent.getAttribute("id"))) {
        types.add(sent.getAttribute("type"));
      }
    }
    return types;
  }

  /** One peer on its way through a state and a restart. */
  private final class Life {
    private final String state;
    private final String next;
    private final String peer;
    private final Expected expected = new Expected();

    private Life(String state, String next) {
      this.state = state;
      this.next = next;
      this.peer = (state + "." + next + ".lit").replace('+', '-').replace(' ', '-');
    }

    private void goes(String step) {
      if (step.equals("hear subscribed")) {
        heardWhatWeSaid(); // nobody accepts what has not reached it
      }
      if (step.startsWith("hear ")) {
        handOver(presence(peer, step.substring("hear ".length())));
      } else if (step.equals("approve") || step.equals("deny")) {
        patiently().until(() -> !requests().isEmpty());
        assertEquals(200, roster.visitor().press(requests().get(0).link(step)).statusCode());
      } else {
        roster.visitor().act(Lab.HOST, peer, step, "{\"preApprove\": false}");
      }
      account(expected, step);
    }

    private JsonNode row() {
      JsonNode row = roster.visitor().peer(Lab.HOST, peer);
      assertNotNull(row, peer + " is forgotten");
      return row;
    }

    private void agreesOnState() {
      assertEquals(expected.state(), row().get("state").asText(), peer);
    }

    /** The row, what was said, and the RFC's table over what went over the stream. */
    private void agrees() {
      agreesOnState();
      heardWhatWeSaid();
      patiently()
          .untilAsserted(
              () ->
                  assertEquals(
                      expected.state(),
                      recorder.replayed(Lab.HOST, peer),
                      () -> peer + ": " + recorder.between(Lab.HOST, peer)));
    }

    private void heardWhatWeSaid() {
      List<String> said = subscriptions(expected.said());
      patiently().untilAsserted(() -> assertEquals(said, subscriptions(sentTo(peer)), peer));
    }

    private void wasAskedAboutOnce() {
      long asked = requests().stream().map(SmtpCatcher.Mail::messageId).distinct().count();
      assertTrue(asked <= expected.requests(), peer + ": " + asked + " of " + expected.requests());
    }

    private List<SmtpCatcher.Mail> requests() {
      return smtp.mails().stream()
          .filter(mail -> mail.isAbout(peer) && mail.text().contains("/approval/"))
          .toList();
    }

    private static List<String> subscriptions(List<String> types) {
      return types.stream().filter(AppendixA.TYPES::contains).toList();
    }
  }
}
