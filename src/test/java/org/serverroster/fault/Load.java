package org.serverroster.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Peers and administrators who do, each by the seed, what there is to do, until it is enough. */
final class Load {

  private final List<PeerActor> peers = new ArrayList<>();
  private final List<AdministratorActor> administrators = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean on = true;

  Load(Ground ground, long seed) {
    for (String peer : Ground.PEERS) {
      peers.add(new PeerActor(ground, peer, new Random(seed * 31 + peer.hashCode())));
    }
    for (String administrator : Ground.ADMINISTRATORS) {
      administrators.add(
          new AdministratorActor(
              ground, administrator, new Random(seed * 31 + administrator.hashCode())));
    }
  }

  Load start() {
    for (PeerActor peer : peers) {
      begin(peer.name(), peer::act, peer::pauseMillis);
    }
    for (AdministratorActor administrator : administrators) {
      begin(administrator.name(), administrator::act, administrator::pauseMillis);
    }
    return this;
  }

  /** Ends it, and waits until everybody has heard whether the server took their last words. */
  void stop() throws InterruptedException {
    on = false;
    for (Thread thread : threads) {
      thread.join();
    }
    for (PeerActor peer : peers) {
      peer.awaitConfirmation();
    }
  }

  private void begin(String name, Runnable act, java.util.function.LongSupplier pause) {
    Thread thread =
        new Thread(
            () -> {
              while (on) {
                act.run();
                Pause.millis(pause.getAsLong());
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }
}
