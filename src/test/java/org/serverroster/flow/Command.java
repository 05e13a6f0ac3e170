package org.serverroster.flow;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A command as a pipeline writes it. */
final class Command {

  private final ObjectNode json = new ObjectMapper().createObjectNode();

  /** In the name of the nurse. */
  static Command of(String id, String action, String peer) {
    Command command = new Command();
    command.json.put("version", 1);
    return command
        .with("id", id)
        .with("action", action)
        .with("domain", "capulet.lit")
        .with("peer", peer)
        .with("actor", Story.NURSE);
  }

  Command with(String field, String value) {
    json.put(field, value);
    return this;
  }

  Command with(String field, int value) {
    json.put(field, value);
    return this;
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
