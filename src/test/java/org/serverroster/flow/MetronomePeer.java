package org.serverroster.flow;

import java.util.List;

/**
 * Metronome's {@code mod_server_presence} as INTEROP tells of it: one mark for a request of its
 * own, one for a request of ours, one for a trust, whose directions it does not tell apart. It asks
 * once more when its own request is accepted, never says that it is there, answers no probe, and
 * keeps the mark of a request that we denied.
 */
final class MetronomePeer {
  private final ReactingPeer wire;
  private boolean outbound;
  private boolean pending;
  private boolean subscribed;

  MetronomePeer(String domain) {
    wire = new ReactingPeer(domain, this::hear);
  }

  /** Its administrator asks us. */
  synchronized void asks() {
    outbound = true;
    wire.says("subscribe");
  }

  /** Its administrator approves what we asked. */
  synchronized void approves() {
    pending = false;
    subscribed = true;
    wire.says("subscribed");
  }

  /** Its administrator removes us. */
  synchronized void removes() {
    subscribed = false;
    wire.says("unsubscribe");
  }

  synchronized boolean hasMark() {
    return outbound;
  }

  synchronized boolean isAsked() {
    return pending;
  }

  synchronized boolean trusts() {
    return subscribed;
  }

  /** Waits until all that it has said is taken over. */
  void awaitHeard() {
    wire.awaitHeard();
  }

  private synchronized List<String> hear(String type) {
    switch (type) {
      case "subscribe" -> {
        if (subscribed) {
          return List.of("subscribed");
        }
        pending = true;
      }
      case "subscribed" -> {
        if (outbound) {
          outbound = false;
          subscribed = true;
          return List.of("subscribe");
        }
      }
      case "unsubscribe", "unsubscribed" -> {
        boolean known = pending || subscribed;
        pending = false;
        subscribed = false;
        if (known && type.equals("unsubscribe")) {
          return List.of("unsubscribed");
        }
      }
      default -> {
        // neither presence nor probes mean anything to it
      }
    }
    return List.of();
  }
}
