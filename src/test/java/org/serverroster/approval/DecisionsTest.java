package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A note is kept by both databases as it was written, whichever way it comes in. */
class DecisionsTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "because", "a\tb\nc", "caf\u00e9 \ud83d\ude00"})
  void whatCanBeKeptHasNoFlaw(String note) {
    assertEquals(note, Decisions.note(note));
    assertEquals(Optional.empty(), Decisions.flaw(note));
  }

  @Test
  void whatADatabaseRefusesIsAFlaw() {
    for (String note :
        List.of("a\0b", "a\u0007b", "a\u007fb", "a\u0085b", "a\ud83d", "\ude00b", "\ude00\ud83d")) {
      assertTrue(Decisions.flaw(Decisions.note(note)).isPresent());
    }
  }

  /** H2 counts an emoji as two. */
  @Test
  void lengthsAreCountedInUtf16() {
    assertEquals(Optional.empty(), Decisions.flaw("\ud83d\ude00".repeat(1000)));
    assertEquals(
        Optional.of("longer than 2000 characters (UTF-16)"),
        Decisions.flaw("\ud83d\ude00".repeat(1000) + "!"));
  }

  @Test
  void lineEndsAreLineFeeds() {
    assertEquals("a\nb\n\nc\n", Decisions.note("a\r\nb\n\rc\r"));
    assertEquals(Optional.empty(), Decisions.flaw(Decisions.note("a\r\n".repeat(1000))));
  }

  @Test
  void noNoteIsFine() {
    assertEquals(null, Decisions.note(null));
    assertEquals(Optional.empty(), Decisions.flaw(null));
  }
}
