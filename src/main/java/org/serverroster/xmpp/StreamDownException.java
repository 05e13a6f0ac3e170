package org.serverroster.xmpp;

import java.io.IOException;

/** Nothing can be sent, or no answer can arrive, because there is no authenticated stream. */
public class StreamDownException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param component the component's domain
   * @param state where its stream stands
   */
  public StreamDownException(String component, StreamState state) {
    super("The stream of component " + component + " is down (" + state + ")");
  }
}
