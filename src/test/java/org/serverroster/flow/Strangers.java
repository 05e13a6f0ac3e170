package org.serverroster.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.serverroster.lab.Lab;
import org.serverroster.xmpp.ScriptedXmppServer;
import org.w3c.dom.Element;

/**
 * Peers that ask once each, one after the other, as fast as the service takes their requests.
 * Nothing is handed over again: what is not answered stays so.
 */
final class Strangers {

  private static final int WAITING = 6;
  private static final long A_MOMENT = 100_000;

  private final ScriptedXmppServer server;
  private final Map<String, String> handedOver = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::ask, "strangers");
  private volatile boolean over;

  private Strangers(ScriptedXmppServer server) {
    this.server = server;
  }

  /** Begins; the stream must be up. */
  static Strangers at(ScriptedXmppServer server) {
    Strangers strangers = new Strangers(server);
    strangers.thread.start();
    return strangers;
  }

  /** Ends it; it has ended by itself when the stream did. */
  void stop() throws InterruptedException {
    over = true;
    thread.join();
  }

  /** The peers whose requests were acknowledged. */
  Set<String> acknowledged() {
    Set<String> peers = new TreeSet<>();
    for (Element answer : server.received()) {
      String peer = handedOver.get(answer.getAttribute("id"));
      if (peer != null && answer.getAttribute("type").equals("result")) {
        peers.add(peer);
      }
    }
    return peers;
  }

  private void ask() {
    try {
      while (!over) {
        if (handedOver.size() - answered() > WAITING) {
          LockSupport.parkNanos(A_MOMENT);
          continue;
        }
        String peer = "peer-%d.lit".formatted(handedOver.size() + 1);
        handedOver.put(
            server.startHandOver(
                Lab.HOST,
                "<presence from='%s' to='%s' type='subscribe'/>".formatted(peer, Lab.HOST)),
            peer);
      }
    } catch (RuntimeException ended) {
      // there is nobody any more
    }
  }

  /** How many were answered in any way. */
  private long answered() {
    return server.received().stream()
        .map(answer -> answer.getAttribute("id"))
        .filter(handedOver::containsKey)
        .count();
  }

  /** The peers whose hand-overs were not answered. */
  Set<String> unanswered() {
    Map<String, String> left = new HashMap<>(handedOver);
    server.received().forEach(answer -> left.remove(answer.getAttribute("id")));
    return new TreeSet<>(left.values());
  }
}
