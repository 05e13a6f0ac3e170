package org.serverroster.fault;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Before anything is broken all that leaves comes once: a second time would mean that two had the
 * same row at a time, since nobody had a reason to try again.
 */
final class CalmRules {

  private static final List<String> LEAVES =
      List.of(Event.SENDING, Event.MAILED, Event.TOLD, Event.SPOKEN);

  private CalmRules() {}

  static void check(Evidence seen, Findings findings) {
    if (seen.events().stream().noneMatch(event -> event.is(Event.CALM_IS_OVER))) {
      return;
    }
    Set<String> came = new HashSet<>();
    for (Event event : seen.events()) {
      if (event.is(Event.CALM_IS_OVER)) {
        return;
      }
      boolean leaves = LEAVES.contains(event.what());
      if (leaves && !came.add(String.join(" ", event.what(), event.get("id"), event.get("to")))) {
        findings.add("alone", event.get("peer"), "came twice though nothing broke: " + event);
      }
    }
  }
}
