package org.serverroster.flow;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.serverroster.lab.Lab;
import org.serverroster.xmpp.ScriptedXmppServer;
import org.w3c.dom.Element;

/**
 * Peers that ask once each, one after the other, as fast as the service takes their requests; what
 * it does not answer is handed over again.
 */
final class Strangers {

  private static final int WAITING = 6;
  private static final long A_MOMENT = 100_000;

  /** Like the shim: what has no answer by then is handed over once more. */
  private static final long UNHEARD = 2_000_000_000;

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
      long heard = System.nanoTime();
      long answered = 0;
      while (!over) {
        Set<String> answers = answers();
        if (answers.size() > answered) {
          answered = answers.size();
          heard = System.nanoTime();
        }
        if (handedOver.size() - answers.size() <= WAITING) {
          String peer = "peer-%d.lit".formatted(handedOver.size() + 1);
          handedOver.put(server.startHandOver(Lab.HOST, request(peer)), peer);
        } else if (System.nanoTime() - heard > UNHEARD) {
          handedOver.forEach(
              (id, peer) -> {
                if (!answers.contains(id)) {
                  server.handOverAgain(id, Lab.HOST, request(peer));
                }
              });
          heard = System.nanoTime();
        } else {
          LockSupport.parkNanos(A_MOMENT);
        }
      }
    } catch (RuntimeException ended) {
      // there is nobody any more
    }
  }

  private static String request(String peer) {
    return "<presence from='%s' to='%s' type='subscribe'/>".formatted(peer, Lab.HOST);
  }

  /** The hand-overs that were answered in any way. */
  private Set<String> answers() {
    return server.received().stream()
        .map(answer -> answer.getAttribute("id"))
        .filter(handedOver::containsKey)
        .collect(Collectors.toSet());
  }
}
