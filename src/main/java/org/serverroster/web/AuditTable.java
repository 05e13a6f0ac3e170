package org.serverroster.web;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.serverroster.web.AuditResource.EntryView;

/** The audit trail as a table. */
final class AuditTable {

  static final List<String> COLUMNS =
      List.of(
          "id",
          "at",
          "domain",
          "peer",
          "action",
          "actor",
          "via",
          "origin",
          "state_before",
          "state_after",
          "request",
          "note",
          "seal");

  private AuditTable() {}

  static List<String> cells(EntryView entry) {
    return Stream.of(
            entry.id(),
            entry.at(),
            entry.domain(),
            entry.peer(),
            entry.action(),
            entry.actor(),
            entry.via(),
            entry.origin(),
            entry.stateBefore(),
            entry.stateAfter(),
            entry.request(),
            entry.note(),
            entry.seal())
        .map(value -> Objects.toString(value, ""))
        .toList();
  }
}
