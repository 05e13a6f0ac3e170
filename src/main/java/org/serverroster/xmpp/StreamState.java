package org.serverroster.xmpp;

/** Where a component stream stands. It keeps trying in every state but the last. */
public enum StreamState {
  /** The first attempt is under way. */
  CONNECTING,
  /** The handshake was accepted: stanzas flow. */
  AUTHENTICATED,
  /** The server does not know this component or its secret. A person has to act. */
  REFUSED,
  /** Another connection holds the component's domain: standing by to take over. */
  CONFLICT,
  /** There is no connection, or it broke. */
  LOST,
  /** Nobody uses the stream any more. */
  STOPPED
}
