package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.serverroster.lab.AppendixA;

/**
 * A line of a table of what must become of a peer.
 *
 * @param cause what happens to it, or what it says
 * @param given what else is so; "" for nothing
 * @param state the state in which it is
 * @param outcome the state in which it is afterwards, or {@code refused}
 * @param said the presence types that leave, in this order
 * @param trail the word of the audit trail; in parentheses when there is no entry
 */
record Cell(
    String cause,
    String given,
    Subscription state,
    String outcome,
    List<String> said,
    String trail) {

  /** Reads a table whose lines have this many columns; "given" is the one that may be missing. */
  static Stream<Cell> of(String table) {
    try (var text = Cell.class.getResourceAsStream("/roster/" + table)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
          .map(Cell::of);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Cell of(List<String> line) {
    List<String> last = line.subList(line.size() - 4, line.size());
    return new Cell(
        line.get(0),
        line.size() == 6 ? line.get(1) : "",
        Subscription.ofState(last.get(0)),
        last.get(1),
        last.get(2).isEmpty() ? List.of() : List.of(last.get(2).split(" ")),
        last.get(3));
  }

  boolean isRefused() {
    return outcome.equals("refused");
  }

  /** The change is what the line says. */
  void assertSays(Change change) {
    assertEquals(state.state(), change.get("before"), "before");
    assertEquals(outcome, change.get("state"), "afterwards");
    assertEquals(said, change.stanzas(), "what leaves");
    String word = change.text("action");
    assertEquals(trail, change.is("audited") ? word : "(" + word + ")", "the trail");
    assertTrue(change.is("lasting") || said.isEmpty(), "what leaves must survive a crash");
    Subscription after = Subscription.ofState(outcome);
    assertEquals(
        after.pendingIn() || "review".equals(change.get("requestKind")) && isOpen(change),
        isOpen(change),
        "a request is open where one waits");
    assertTrue(after.pendingOut() || change.get("resendAt") == null, "nobody asks for nothing");
    assertTrue(after.from() || change.get("reviewAt") == null, "no trust, no review");
    assertTrue(after.to() || !change.is("online"), "we see only whom we may see");
  }

  /**
   * The line itself says what RFC 6121 does: what leaves may leave, and leads to the outcome.
   *
   * @param state the state that these stanzas meet
   */
  void assertFollowsAppendixA(String state) {
    String reached = state;
    for (String type : said) {
      if (AppendixA.TYPES.contains(type)) {
        assertTrue(AppendixA.outbound(reached, type).passes(), type + " in " + reached);
        reached = AppendixA.outbound(reached, type).state();
      }
    }
    assertEquals(outcome, reached);
    boolean loses = this.state.from() && !Subscription.ofState(outcome).from();
    assertEquals(loses, said.contains("unavailable"), "unavailable to whom we no longer trust");
    if (loses) {
      assertEquals(List.of("unavailable", "unsubscribed"), said.subList(0, 2), "3.2.2, 3.3.3");
    }
    int told = said.indexOf("subscribed");
    assertTrue(told < 0 || said.get(told + 1).equals("available"), "3.1.5");
  }

  private static boolean isOpen(Change change) {
    return change.get("openRequest") != null;
  }

  @Override
  public String toString() {
    return String.join(" ", cause, given, "in", state.state()).replaceAll(" +", " ");
  }
}
