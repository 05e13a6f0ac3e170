package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Stanza;
import org.serverroster.lab.UserClient;

/**
 * A chat room of a real Prosody hears of each request and decision, by Camel's own xmpp: endpoint.
 */
@Tag("servers")
class ChatRoomIT {
  private static final String ROOM = "operations@rooms.capulet.lit";
  private static final String BOT = "roster-bot@capulet.lit";

  @TempDir Path folder;

  @Test
  void theRoomHearsOfTheRequestAndTheDecision() throws Exception {
    try (var estate =
            Estate.start(
                folder,
                server -> server.rooms("rooms.capulet.lit").user(BOT, Lab.SECRET),
                "asking.lit");
        var listener = estate.lab().prosody().login(Lab.ADMIN);
        var roster =
            estate.roster("server-roster").set("roster.notify.uri", endpoint(estate)).start()) {
      listener.send(
          "<presence to='%s/nurse'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
              .formatted(ROOM));
      listener.await(
          stanza -> stanza.name().equals("presence") && stanza.from().equals(ROOM + "/nurse"));
      estate.ask("asking.lit");
      patiently().until(() -> said(listener).size() == 1);
      roster.visitor().press(estate.mail("nurse@capulet.lit", "asking.lit").link("approve"));
      patiently().until(() -> said(listener).size() == 2);

      assertThat(
          said(listener),
          is(
              List.of(
                  "asking.lit asks to be trusted by capulet.lit. Open requests: "
                      + roster.baseUrl()
                      + "/",
                  "nurse@capulet.lit approved the request of asking.lit to be trusted by capulet.lit.")));
    }
  }

  private static String endpoint(Estate estate) {
    var c2s = estate.lab().prosody().c2s();
    return "xmpp:%s:%d?user=roster-bot&password=%s&serviceName=capulet.lit&room=%s&nickname=roster"
        .formatted(c2s.getAddress().getHostAddress(), c2s.getPort(), Lab.SECRET, ROOM);
  }

  private static List<String> said(UserClient listener) {
    return listener.received().stream()
        .filter(stanza -> stanza.name().equals("message") && stanza.type().equals("groupchat"))
        .flatMap(stanza -> stanza.child("jabber:client", "body").stream())
        .map(Stanza::text)
        .toList();
  }
}
