package org.serverroster.dossier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AnswersTest {

  private static final String OWL = "\uD83E\uDD89";

  @Test
  void whatIsTooLongIsCutBetweenTwoCharacters() {
    for (String before : new String[] {"", "x"}) {
      String text = Answers.printable(before + OWL.repeat(600));

      assertTrue(text.startsWith(before + OWL.repeat(57)) && text.endsWith(OWL + "..."), text);
      assertTrue(text.length() <= 120, text);
    }
    assertEquals("x".repeat(117) + "...", Answers.printable("x".repeat(121)));
    assertEquals("x".repeat(120), Answers.printable("x".repeat(120)));
  }
}
