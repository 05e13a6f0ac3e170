package org.serverroster.flow;

import java.util.Map;

/** The same receiver as a chat service: lines for people instead of events. */
public class ChatWebhook extends Webhook {

  @Override
  public Map<String, String> start() {
    return Map.of(
        "roster.notify.uri",
        super.start().get("roster.events.uri"),
        "roster.notify.format",
        "json");
  }
}
