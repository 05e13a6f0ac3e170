package org.serverroster.xmpp;

/** Is told when a component stream changes its state. */
@FunctionalInterface
public interface StreamListener {

  /**
   * Called on the stream's own thread with no lock held, so it should return soon.
   *
   * @param component the component's domain
   * @param state the state it just reached
   */
  void streamChanged(String component, StreamState state);
}
