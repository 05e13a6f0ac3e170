package org.serverroster.xmpp;

import java.io.IOException;

/** What arrived cannot be read any further: the stream must be closed with a stream error. */
final class StreamViolationException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String condition;

  /**
   * @param condition the stream error to close with (RFC 6120, 4.9.3)
   * @param reason why, for our own log
   */
  StreamViolationException(String condition, String reason) {
    super(reason);
    this.condition = condition;
  }

  String condition() {
    return condition;
  }
}
