package org.serverroster.flow;

import java.util.HashMap;
import java.util.Map;

/** The same broker by AMQP 1.0 (ISO/IEC 19464), which Artemis speaks on the same port. */
public class Amqp extends Artemis {

  @Override
  public Map<String, String> start() {
    super.start();
    Map<String, String> settings = new HashMap<>();
    settings.put("roster.events.uri", "amqp:queue:" + EVENTS);
    settings.put("roster.commands.uri", "amqp:queue:" + COMMANDS);
    settings.put("roster.commands.authenticated", "true");
    settings.put("camel.beans.qpid", "#class:org.apache.qpid.jms.JmsConnectionFactory");
    settings.put("camel.beans.qpid.remoteURI", url().replace("tcp://", "amqp://"));
    settings.put("camel.beans.qpid.username", USER);
    settings.put("camel.beans.qpid.password", PASSWORD);
    settings.put("camel.beans.qpid.sendTimeout", "20000");
    settings.put("camel.beans.qpid.requestTimeout", "20000");
    settings.put("camel.component.amqp.connection-factory", "#bean:qpid");
    return settings;
  }
}
