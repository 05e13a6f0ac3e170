package org.serverroster.xmpp;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Ready means: the handshake was accepted, and the stream stands. */
final class StreamHealthCheck extends AbstractHealthCheck {

  private final ComponentStream stream;

  StreamHealthCheck(ComponentStream stream) {
    super("xmpp", "xmpp-component:" + stream.settings().jid());
    this.stream = stream;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    StreamState state = stream.state();
    builder.detail("state", state.name());
    builder.detail("component", stream.settings().jid().toString());
    builder.detail("host", stream.settings().host());
    builder.detail("port", stream.settings().port());
    if (state == StreamState.AUTHENTICATED) {
      builder.up();
      return;
    }
    if (stream.lastProblem() != null) {
      builder.detail("lastProblem", stream.lastProblem());
      builder.message(stream.lastProblem());
    }
    builder.down();
  }
}
