package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;

/** An administrator's ordinary XMPP client library (slixmpp) runs the three ad-hoc commands. */
@Tag("servers")
class AdministratorIT {
  @TempDir Path folder;

  @Test
  void theThreeCommandsWorkWithAnOrdinaryClient() throws Exception {
    try (var estate = Estate.start(folder, "asked.lit", "asking.lit");
        var roster = estate.roster("server-roster").set("roster.admins.jid", Lab.ADMIN).start()) {
      estate.ask("asking.lit");
      Path script = folder.resolve("administrator.py");
      try (var source = getClass().getResourceAsStream("/lab/administrator.py")) {
        Files.copy(source, script);
      }

      var c2s = estate.lab().prosody().c2s();
      var python =
          new ProcessBuilder(
                  "/usr/bin/python3",
                  script.toString(),
                  Lab.ADMIN,
                  Lab.SECRET,
                  c2s.getAddress().getHostAddress(),
                  Integer.toString(c2s.getPort()),
                  Lab.HOST,
                  "asked.lit",
                  "asking.lit")
              .redirectError(ProcessBuilder.Redirect.DISCARD) // its library's own worries
              .start();
      String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(
          said.lines().toList(),
          is(
              List.of(
                  "listed http://jabber.org/protocol/admin#server-buddy"
                      + " urn:server-roster:command:pending-requests"
                      + " urn:server-roster:command:remove-peer",
                  "completed asked.lit none+pending-out",
                  "completed asking.lit from+pending-out",
                  "completed asking.lit none",
                  "refused bad-request")));
      patiently().until(() -> estate.heard("asked.lit").equals(List.of("subscribe")));
      patiently()
          .until(
              () ->
                  estate
                      .heard("asking.lit")
                      .equals(
                          List.of(
                              "subscribed",
                              "",
                              "subscribe",
                              "unavailable",
                              "unsubscribed",
                              "unsubscribe")));
      assertThat(Estate.state(roster, "asking.lit"), is("none"));
    }
  }
}
