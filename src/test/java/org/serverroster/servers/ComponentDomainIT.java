package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.lastingly;
import static org.serverroster.lab.Estate.patiently;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Ejabberd;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Prosody;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.lab.Stanza;

/**
 * The way to attach that needs nothing installed: no {@code roster.domains}, the entity is the
 * component's own domain, on a stock Prosody without our shim.
 */
@Tag("servers")
class ComponentDomainIT {
  @TempDir Path folder;

  @Test
  void theComponentsOwnDomainHasTheRoster() throws Exception {
    try (var dns = Dns.start();
        var prosody =
            Prosody.in(folder.resolve("prosody"), dns)
                .host(Lab.HOST)
                .component(Lab.COMPONENT, Lab.SECRET);
        var ejabberd =
            Ejabberd.in(folder.resolve("ejabberd"), dns)
                .host("verona.lit")
                .component(Lab.PEER, Lab.SECRET);
        var smtp = SmtpCatcher.start();
        var roster =
            RosterProcess.in(folder.resolve("server-roster"))
                .attachedTo(prosody, smtp, "juliet@capulet.lit")
                .set("roster.domains", null)) {
      prosody.start();
      ejabberd.start();
      roster.start();
      try (var montague = ejabberd.connect(Lab.PEER)) {
        montague.sendPresence(Lab.COMPONENT, "subscribe", "please");
        patiently().until(() -> smtp.mails().size() == 1);
        assertThat(state(roster), is("none+pending-in"));

        var answer = roster.visitor().press(smtp.mails().get(0).link("approve"));

        assertThat(answer.statusCode(), is(200));
        lastingly()
            .until(
                () ->
                    montague.received().stream()
                        .filter(stanza -> stanza.from().equals(Lab.COMPONENT))
                        .map(Stanza::type)
                        .toList()
                        .equals(List.of("subscribed", "", "subscribe")));
        montague.sendPresence(Lab.COMPONENT, "subscribed", "welcome");
        patiently().until(() -> state(roster).equals("both"));
        assertThat(roster.visitor().trusted(Lab.COMPONENT, Lab.PEER).statusCode(), is(200));
      }
    }
  }

  private static String state(RosterProcess roster) {
    return roster.visitor().peer(Lab.COMPONENT, Lab.PEER).get("state").asText();
  }
}
