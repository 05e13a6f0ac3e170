package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.lab.Estate.patiently;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.xmpp.ScriptedXmppServer;
import org.w3c.dom.Element;

/**
 * Strangers and a peer ask whether we are there, without end, while our server takes its time with
 * the answers: what cannot be answered is forgotten, and everybody else is served as ever.
 */
class ProbeFloodIT {
  private static final int PROBES = 20_000;

  /** Those that wait, and those whose answer is on its way. */
  private static final int MOST_ANSWERS = 1000 + 100;

  private static final String FRIEND = "friend.lit";
  private static final String HONEST = "honest.lit";

  @TempDir Path folder;

  @Test
  void aFloodOfProbesFillsNothingAndStopsNobody() throws Exception {
    try (var xmpp = ScriptedXmppServer.start(Lab.COMPONENT, Lab.SECRET);
        var smtp = SmtpCatcher.start();
        var roster =
            RosterProcess.in(folder.resolve("server-roster"))
                .attachedTo(xmpp.address(), smtp, "juliet@capulet.lit")
                .jvm("-Xmx128m")
                .start()) {
      xmpp.handOver(Lab.HOST, presence(FRIEND, "subscribe"));
      approve(roster, smtp, FRIEND);
      xmpp.awaitSent(sent -> sent.getAttribute("type").equals("subscribe"));
      xmpp.forget();

      xmpp.ignoreSends();
      List<String> handOvers = new ArrayList<>();
      for (int i = 0; i < PROBES; i++) {
        String asking = i % 2 == 0 ? FRIEND : "stranger-" + i + ".lit";
        handOvers.add(xmpp.startHandOver(Lab.HOST, presence(asking, "probe")));
        if (i == PROBES / 2) {
          handOvers.add(xmpp.startHandOver(Lab.HOST, presence(HONEST, "subscribe")));
        }
      }
      patiently().until(() -> answered(xmpp) == handOvers.size());
      awaitMail(smtp, HONEST);
      assertEquals("none+pending-in", state(roster, HONEST));
      long answers = answers(xmpp);
      assertTrue(answers > 0 && answers <= MOST_ANSWERS, answers + " answers");

      xmpp.acknowledgeSends();
      approve(roster, smtp, HONEST);
      patiently().until(() -> saidTo(HONEST, xmpp).equals(List.of("subscribed", "", "subscribe")));
      xmpp.handOver(Lab.HOST, presence(HONEST, "subscribed"));
      assertEquals("both", state(roster, HONEST));
      assertNull(roster.visitor().peer(Lab.HOST, "stranger-1.lit"));
      assertEquals(2, roster.visitor().peers(Lab.HOST).get("peers").size());
      // Probes are answered in their order: one more, and all that were waiting are through.
      patiently()
          .until(
              () -> {
                xmpp.handOver(Lab.HOST, presence(HONEST, "probe"));
                return saidTo(HONEST, xmpp).size() > 3;
              });
      assertTrue(answers(xmpp) <= MOST_ANSWERS, answers(xmpp) + " answers");
      assertEquals(200, roster.visitor().health("ready"));
      roster.stop();
      assertEquals(
          List.of(
              "friend.lit request-received",
              "friend.lit request-approved",
              "honest.lit request-received",
              "honest.lit request-approved",
              "honest.lit peer-accepted"),
          auditTrail());
    }
  }

  /** How many hand-overs were acknowledged so far. */
  private static long answered(ScriptedXmppServer xmpp) {
    return xmpp.received().stream()
        .filter(stanza -> stanza.getAttribute("type").equals("result"))
        .count();
  }

  /** How many probes were answered so far. */
  private static long answers(ScriptedXmppServer xmpp) {
    return presenceFrom(xmpp).filter(sent -> !sent.getAttribute("to").equals(HONEST)).count();
  }

  private static List<String> saidTo(String peer, ScriptedXmppServer xmpp) {
    return presenceFrom(xmpp)
        .filter(sent -> sent.getAttribute("to").equals(peer))
        .map(sent -> sent.getAttribute("type"))
        .toList();
  }

  /** The presence that was to leave so far; the questions of a dossier are none. */
  private static Stream<Element> presenceFrom(ScriptedXmppServer xmpp) {
    return xmpp.sent().stream().filter(sent -> sent.getLocalName().equals("presence"));
  }

  private static void approve(RosterProcess roster, SmtpCatcher smtp, String peer) {
    awaitMail(smtp, peer);
    String link = requests(smtp, peer).get(0).link("approve");
    assertEquals(200, roster.visitor().press(link).statusCode());
  }

  private static void awaitMail(SmtpCatcher smtp, String peer) {
    patiently().until(() -> !requests(smtp, peer).isEmpty());
  }

  private static List<SmtpCatcher.Mail> requests(SmtpCatcher smtp, String peer) {
    return smtp.mails().stream()
        .filter(mail -> mail.isAbout(peer) && mail.text().contains("/approval/"))
        .toList();
  }

  private static String state(RosterProcess roster, String peer) {
    return roster.visitor().peer(Lab.HOST, peer).get("state").asText();
  }

  private static String presence(String peer, String type) {
    return "<presence from='%s' to='%s' type='%s'/>".formatted(peer, Lab.HOST, type);
  }

  /** All that was ever written to it, from the file of the database. */
  private List<String> auditTrail() throws Exception {
    String file =
        "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;IFEXISTS=TRUE"
            .formatted(folder.resolve("server-roster/data/server-roster").toAbsolutePath());
    List<String> entries = new ArrayList<>();
    try (var connection = DriverManager.getConnection(file);
        var statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select peer, action from audit_entry order by id")) {
      while (rows.next()) {
        entries.add(rows.getString(1) + " " + rows.getString(2));
      }
    }
    return entries;
  }
}
