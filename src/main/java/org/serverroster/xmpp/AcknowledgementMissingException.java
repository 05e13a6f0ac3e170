package org.serverroster.xmpp;

import java.io.IOException;

/**
 * No answer came in time. Whether the stanza took effect is unknown: send it again, at least once
 * is the promise.
 */
public class AcknowledgementMissingException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param from who should have answered
   * @param millis how long was waited, in milliseconds
   */
  public AcknowledgementMissingException(String from, long millis) {
    super("No answer from " + Printable.of(from) + " within " + millis + " ms");
  }
}
