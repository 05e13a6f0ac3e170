package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Prosody;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;

/**
 * The roster as a control (R7): the Prosody example takes incident reports (XEP-0268) only from
 * servers that Server Roster trusts, at the moment at which they come.
 */
@Tag("servers")
class IncidentReportsIT {
  private static final String ENEMY = "tybalt.lit";

  @TempDir Path folder;

  @Test
  void onlyTrustedServersReportIncidents() throws Exception {
    try (var dns = Dns.start();
        var prosody =
            Prosody.in(folder.resolve("prosody"), dns)
                .rosterHost(
                    Lab.HOST,
                    Lab.COMPONENT,
                    "modules_enabled = { \"server_roster\", \"server_roster_incidents\" }")
                .component(Lab.COMPONENT, Lab.SECRET)
                .component(Lab.PEER, Lab.SECRET)
                .component(ENEMY, Lab.SECRET);
        var smtp = SmtpCatcher.start();
        var roster =
            RosterProcess.in(folder.resolve("server-roster"))
                .attachedTo(prosody, smtp, "nurse@capulet.lit")) {
      prosody.start();
      roster.start();
      try (var peer = prosody.connect(Lab.PEER);
          var enemy = prosody.connect(ENEMY)) {
        assertThat("a stranger", report(peer), is("auth/forbidden"));

        roster.visitor().act(Lab.HOST, Lab.PEER, "subscribe", "{}");
        peer.await(stanza -> stanza.type().equals("subscribe"));
        peer.sendPresence(Lab.HOST, "subscribe", "please");
        peer.await(stanza -> stanza.type().equals("subscribed"));
        assertThat("a peer that was approved", report(peer), is(""));
        assertThat("another one", report(enemy), is("auth/forbidden"));

        roster.visitor().act(Lab.HOST, Lab.PEER, "revoke", "{}");
        peer.await(stanza -> stanza.type().equals("unsubscribed"));
        assertThat("a peer that was revoked", report(peer), is("auth/forbidden"));

        roster.stop();
        assertThat("while nobody can be asked", report(enemy), is("auth/forbidden"));
      }
    }
  }

  /** What a report is answered with: an error, or "" when it was taken. */
  private static String report(ComponentClient server) throws IOException {
    var id = "report-" + System.nanoTime();
    server.send(
        ("<iq type='set' from='%s' to='%s' id='%s'><report xmlns='urn:xmpp:incident:2'>"
                + "<description>spam</description></report></iq>")
            .formatted(server.domain(), Lab.HOST, id));
    var answer = server.await(stanza -> stanza.id().equals(id));
    return answer.type().equals("error") ? answer.error() : "";
  }
}
