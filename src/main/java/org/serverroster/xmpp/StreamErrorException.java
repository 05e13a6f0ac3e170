package org.serverroster.xmpp;

import java.io.IOException;

/** The server closed the stream with an error (RFC 6120, 4.9). */
final class StreamErrorException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String condition;

  StreamErrorException(String condition) {
    super("the server says " + Printable.of(condition));
    this.condition = condition;
  }

  String condition() {
    return condition;
  }
}
