package org.serverroster.web;

import jakarta.inject.Singleton;
import org.serverroster.config.Settings;
import org.serverroster.xmpp.XmppComponent;

/** Says how the component stream is. */
@Singleton
class StreamReport {

  private final XmppComponent component;
  private final String jid;

  StreamReport(XmppComponent component, Settings settings) {
    this.component = component;
    this.jid = settings.xmpp().component();
  }

  /** The state in lower case, for instance {@code authenticated}; never null. */
  String state() {
    return component.streamState(jid).name().toLowerCase(java.util.Locale.ROOT);
  }
}
