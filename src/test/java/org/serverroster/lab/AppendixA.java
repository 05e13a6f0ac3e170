package org.serverroster.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** RFC 6121, Appendix A, read from our facts by whoever knows nothing of our code. */
public final class AppendixA {
  /** The presence types that the table is about. */
  public static final Set<String> TYPES =
      Set.of("subscribe", "subscribed", "unsubscribe", "unsubscribed");

  private static final Map<String, Cell> TABLE = read();

  /**
   * A cell of the table.
   *
   * @param state the state afterwards
   * @param passes whether the stanza goes on: to the peer, or to the administrators
   * @param reply what a server answers by itself, "" for nothing
   */
  public record Cell(String state, boolean passes, String reply) {}

  private AppendixA() {}

  /** What a stanza of the peer does (A.3). */
  public static Cell inbound(String state, String type) {
    return cell("inbound", state, type);
  }

  /** What a stanza of ours does (A.2). */
  public static Cell outbound(String state, String type) {
    return cell("outbound", state, type);
  }

  private static Cell cell(String direction, String state, String type) {
    return TABLE.getOrDefault(direction + " " + state + " " + type, new Cell(state, false, ""));
  }

  private static Map<String, Cell> read() {
    Map<String, Cell> table = new HashMap<>();
    try (var facts = AppendixA.class.getResourceAsStream("/facts/rfc6121-appendix-a.csv")) {
      var lines = new String(facts.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      var columns = List.of(lines.get(0).split(","));
      for (var line : lines.subList(1, lines.size())) {
        var cells = List.of(line.split(",", -1));
        table.put(
            String.join(
                " ",
                cells.get(columns.indexOf("direction")),
                cells.get(columns.indexOf("existing_state")),
                cells.get(columns.indexOf("stanza"))),
            new Cell(
                cells.get(columns.indexOf("new_state")),
                cells.get(columns.indexOf("route_or_deliver")).equals("must"),
                cells.get(columns.indexOf("auto_reply"))));
      }
      return table;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
