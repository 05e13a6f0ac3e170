package org.serverroster.fault;

import java.io.IOException;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Stanza;

/** A peer that says all four subscription types in any state, and often the same again. */
final class PeerActor {

  private static final String PING = "ping-";
  private static final Set<String> REQUESTS = Set.of("get", "set");

  /** Of all: a peer of another load of the same run has other ids. */
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Ground ground;
  private final String name;
  private final Random random;
  private final Queue<String> answers = new ConcurrentLinkedQueue<>();
  private final AtomicReference<String> confirmed = new AtomicReference<>("");
  private ComponentClient connection;
  private String last = "";

  PeerActor(Ground ground, String name, Random random) {
    this.ground = ground;
    this.name = name;
    this.random = random;
  }

  String name() {
    return name;
  }

  long pauseMillis() {
    return 20 + random.nextInt(300);
  }

  /** Says something, if the server is there. */
  void act() {
    String answer = answers.poll();
    String type = answer != null ? answer : any();
    int times = random.nextInt(10) == 0 ? 1 + random.nextInt(4) : 1;
    for (int i = 0; i < times; i++) {
      say(type);
    }
  }

  /** Waits until the server has confirmed the last words, or never will; says nothing more. */
  void awaitConfirmation() {
    // On another connection nothing would be confirmed: what was said on this one may be lost.
    for (int i = 0; i < 200 && connection != null && !connection.isClosed(); i++) {
      if (confirmed.get().equals(last)) {
        return;
      }
      Pause.millis(50);
    }
  }

  private String any() {
    int dice = random.nextInt(100);
    if (dice < 45) {
      return "subscribe";
    }
    return dice < 60 ? "unsubscribe" : dice < 82 ? "subscribed" : "unsubscribed";
  }

  private void say(String type) {
    try {
      if (!connect()) {
        return;
      }
      String id = name + "-" + COUNT.incrementAndGet();
      last = id;
      ground.history().note(Event.SAID, "peer", name, "id", id, "type", type);
      connection.sendPresence(Lab.HOST, type, id);
      ping(id);
    } catch (IOException e) {
      drop();
    }
  }

  /** The server answers it after it has dealt with what came before. */
  private void ping(String id) throws IOException {
    connection.send(
        "<iq type='get' from='%s' to='%s' id='%s'><ping xmlns='urn:xmpp:ping'/></iq>"
            .formatted(name, Lab.HOST, PING + id));
  }

  private boolean connect() {
    if (connection != null && !connection.isClosed()) {
      return true;
    }
    drop();
    try {
      connection = ground.server().connect(name);
      ComponentClient mine = connection;
      mine.onStanza(stanza -> hear(stanza, mine));
      return true;
    } catch (IOException | RuntimeException away) {
      return false;
    }
  }

  private void drop() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }

  private void hear(Stanza stanza, ComponentClient mine) {
    mine.clear();
    if (stanza.name().equals("presence") && stanza.type().equals("error")) {
      ground.history().note(Event.BOUNCED, "peer", name, "id", stanza.id());
    } else if (stanza.name().equals("presence")) {
      ground.history().note(Event.HEARD, "peer", name, "id", stanza.id(), "type", stanza.type());
      if (stanza.type().equals("subscribe")) {
        answers.add(random.nextBoolean() ? "subscribed" : "unsubscribed");
      }
    } else if (stanza.id().startsWith(PING) && stanza.type().equals("result")) {
      String id = stanza.id().substring(PING.length());
      confirmed.set(id);
      ground.history().note(Event.CONFIRMED, "peer", name, "id", id);
    } else if (stanza.name().equals("iq") && REQUESTS.contains(stanza.type())) {
      refuse(stanza, mine);
    }
  }

  /** We are a server that knows nothing; without an answer the dossier would wait for it. */
  private void refuse(Stanza iq, ComponentClient mine) {
    try {
      mine.send(
          ("<iq type='error' from='%s' to='%s' id='%s'><error type='cancel'><service-unavailable"
                  + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
              .formatted(name, iq.from(), iq.id()));
    } catch (IOException gone) {
      // then it waits
    }
  }
}
