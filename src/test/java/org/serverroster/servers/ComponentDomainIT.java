package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.lastingly;
import static org.serverroster.lab.Estate.patiently;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Dns;
import org.serverroster.lab.HostServer;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.lab.Stanza;

/**
 * The way to attach that needs nothing installed: no {@code roster.domains}, the entity is the
 * component's own domain, on a stock server without our shim.
 */
@Tag("servers")
class ComponentDomainIT {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(HostServer.Kind.class)
  void theComponentsOwnDomainHasTheRoster(HostServer.Kind kind) throws Exception {
    try (var dns = Dns.start();
        var server = kind.in(folder.resolve("ours"), dns);
        var peers = kind.other().in(folder.resolve("theirs"), dns);
        var smtp = SmtpCatcher.start();
        var roster =
            RosterProcess.in(folder.resolve("server-roster"))
                .attachedTo(server, smtp, "juliet@capulet.lit")
                .set("roster.domains", null)) {
      server.host(Lab.HOST).component(Lab.COMPONENT, Lab.SECRET).start();
      peers.host("verona.lit").component(Lab.PEER, Lab.SECRET).start();
      roster.start();
      try (var montague = peers.connect(Lab.PEER)) {
        montague.sendPresence(Lab.COMPONENT, "subscribe", "please");
        patiently().until(() -> smtp.mails().size() == 1);
        assertThat(state(roster), is("none+pending-in"));

        var answer = roster.visitor().press(smtp.mails().get(0).link("approve"));

        assertThat(answer.statusCode(), is(200));
        lastingly().until(() -> heard(montague).equals(List.of("subscribed", "", "subscribe")));
        montague.sendPresence(Lab.COMPONENT, "subscribed", "welcome");
        patiently().until(() -> state(roster).equals("both"));
        assertThat(roster.visitor().trusted(Lab.COMPONENT, Lab.PEER).statusCode(), is(200));

        montague.clear();
        roster.visitor().act(Lab.COMPONENT, Lab.PEER, "revoke", "{}");
        lastingly()
            .until(
                () ->
                    heard(montague).equals(List.of("unavailable", "unsubscribed", "unsubscribe")));
        montague.sendPresence(Lab.COMPONENT, "probe", "anybody");
        patiently().until(() -> heard(montague).size() == 4);
        assertThat(heard(montague).get(3), is("unsubscribed"));
        assertThat(roster.visitor().trusted(Lab.COMPONENT, Lab.PEER).statusCode(), is(404));
      }
    }
  }

  /** The presence that came from our component; the questions of a dossier are no part of it. */
  private static List<String> heard(ComponentClient peer) {
    return peer.received().stream()
        .filter(stanza -> stanza.name().equals("presence") && stanza.from().equals(Lab.COMPONENT))
        .map(Stanza::type)
        .toList();
  }

  private static String state(RosterProcess roster) {
    return roster.visitor().peer(Lab.COMPONENT, Lab.PEER).get("state").asText();
  }
}
