package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Getting a stream and getting it back (XEP-0114, section 3). */
class HandshakeTest extends StreamFixture {

  @Test
  void authenticatesWithTheRightSecret() throws Exception {
    List<StreamState> states = new CopyOnWriteArrayList<>();
    XmppComponent component =
        attach(
            c -> {
              c.addStreamListener(
                  (jid, state) -> {
                    throw new IllegalStateException("the stream must not mind");
                  });
              c.addStreamListener((jid, state) -> states.add(state));
            },
            exchange -> {});

    awaitState(component, StreamState.AUTHENTICATED);

    assertEquals(1, server.accepted());
    await().until(() -> states.equals(List.of(StreamState.AUTHENTICATED)));
  }

  @Test
  void saysThatTheSecretIsRefusedAndTriesAgain() throws Exception {
    XmppComponent component = attach(c -> c.setSecret("wrong"), exchange -> {});

    awaitState(component, StreamState.REFUSED);

    await().until(() -> server.attempts() > 2);
    assertEquals(0, server.accepted());
    assertTrue(component.lastProblem(JID).contains("not-authorized"), component.lastProblem(JID));
  }

  @Test
  void takesAClosedConnectionForARefusal() throws Exception {
    server.hangUpOnHandshake(true);
    XmppComponent component = attach();

    awaitState(component, StreamState.REFUSED);

    server.hangUpOnHandshake(false);
    awaitState(component, StreamState.AUTHENTICATED);
  }

  @Test
  void standsByWhileAnotherHoldsTheStreamAndTakesOverWhenItLeaves() throws Exception {
    for (var second :
        List.of(ScriptedXmppServer.Second.REFUSED, ScriptedXmppServer.Second.REFUSED_LATE)) {
      server.second(second);
      XmppComponent first = attach();
      awaitState(first, StreamState.AUTHENTICATED);
      XmppComponent standby = attach();

      awaitState(standby, StreamState.CONFLICT);
      assertEquals(StreamState.AUTHENTICATED, first.streamState(JID));

      first.getCamelContext().stop();
      await()
          .until(() -> standby.streamState(JID) == StreamState.AUTHENTICATED && server.open() == 1);
      standby.getCamelContext().stop();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void standsByWhenItIsReplaced() throws Exception {
    server.second(ScriptedXmppServer.Second.REPLACES);
    XmppComponent first = attach(c -> c.setReconnectMax(Duration.ofMinutes(1)), exchange -> {});
    awaitState(first, StreamState.AUTHENTICATED);

    XmppComponent second = attach();

    awaitState(second, StreamState.AUTHENTICATED);
    awaitState(first, StreamState.CONFLICT);
  }

  @Test
  void comesBackAfterALostConnectionAndAfterARestartOfTheServer() throws Exception {
    XmppComponent component = attach();
    awaitState(component, StreamState.AUTHENTICATED);

    server.drop();
    await().until(() -> server.accepted() == 2);
    awaitState(component, StreamState.AUTHENTICATED);

    server.stop();
    awaitState(component, StreamState.LOST);
    server.restart();
    awaitState(component, StreamState.AUTHENTICATED);

    server.endStream();
    await().until(() -> server.accepted() == 4);
    awaitState(component, StreamState.AUTHENTICATED);
  }

  @Test
  void givesUpOnAServerThatNeverAnswers() throws Exception {
    server.mute(true);
    XmppComponent component =
        attach(c -> c.setConnectTimeout(Duration.ofMillis(100)), exchange -> {});

    awaitState(component, StreamState.LOST);

    server.mute(false);
    awaitState(component, StreamState.AUTHENTICATED);
  }

  @Test
  void noticesADeadPeerAndPingsALivingOne() throws Exception {
    XmppComponent component =
        attach(
            c -> {
              c.setIdleLimit(Duration.ofMillis(400));
              c.setKeepAlive(Duration.ofMillis(50));
            },
            exchange -> {});
    awaitState(component, StreamState.AUTHENTICATED);

    server.awaitStanza(s -> s.getAttribute("to").equals(JID) && s.getAttribute("from").equals(JID));

    await().until(() -> server.accepted() > 1); // it never answered the ping
  }
}
