package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Ejabberd;
import org.serverroster.lab.Lab;

/** The way in which an operator installs the ejabberd shim: {@code ejabberdctl module_install}. */
@Tag("servers")
class EjabberdInstallIT {
  @TempDir Path folder;

  @Test
  void moduleInstallCompilesLoadsAndSurvivesARestart() throws Exception {
    try (var dns = Dns.start();
        var ejabberd =
            Ejabberd.in(folder.resolve("ejabberd"), dns)
                .host(Lab.HOST)
                .component(Lab.COMPONENT, Lab.SECRET)
                .component(Lab.PEER, Lab.SECRET)) {
      // Where ejabberd looks without CONTRIB_MODULES_PATH: $HOME/.ejabberd-modules.
      Path sources = folder.resolve("ejabberd/.ejabberd-modules/sources/mod_server_roster");
      copy(Ejabberd.shim(), sources);
      ejabberd.start();
      assertThat(isLoaded(ejabberd), is("false"));

      // What ejabberdctl asks the running server to do.
      String said =
          ejabberd.evaluate("ejabberd_ctl:process([\"module_install\", \"mod_server_roster\"])");

      assertThat(said, is("0"));
      assertThat(isLoaded(ejabberd), is("true"));
      handsOver(ejabberd, "installed");

      ejabberd.restart();
      assertThat(isLoaded(ejabberd), is("true"));
      handsOver(ejabberd, "restarted");

      assertThat(
          ejabberd.evaluate("ejabberd_ctl:process([\"module_uninstall\", \"mod_server_roster\"])"),
          is("0"));
      assertThat(isLoaded(ejabberd), is("false"));
      try (var peer = ejabberd.connect(Lab.PEER)) {
        assertThat(ping(peer).type(), is("result"));
      }
    }
  }

  /** The host hands over what a peer says, and takes the acknowledgement. */
  private static void handsOver(Ejabberd ejabberd, String id) throws IOException {
    try (var roster = ejabberd.connect(Lab.COMPONENT);
        var peer = ejabberd.connect(Lab.PEER)) {
      peer.sendPresence(Lab.HOST, "subscribe", id);
      var handover = roster.await(stanza -> stanza.child(ShimContract.NS, "handover").isPresent());
      assertThat(handover.xml(), containsString("id='" + id + "'"));
      roster.send(
          "<iq type='result' from='%s' to='%s' id='%s'/>"
              .formatted(Lab.COMPONENT, handover.from(), handover.id()));
      ping(peer);
    }
  }

  private static org.serverroster.lab.Stanza ping(ComponentClient peer) throws IOException {
    peer.send(
        "<iq type='get' from='%s' to='%s' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>"
            .formatted(peer.domain(), Lab.HOST));
    return peer.await(stanza -> stanza.id().equals("ping"));
  }

  private static String isLoaded(Ejabberd ejabberd) throws IOException {
    return ejabberd.evaluate(
        "gen_mod:is_loaded(<<\"%s\">>, mod_server_roster)".formatted(Lab.HOST));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path copy = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    }
  }
}
