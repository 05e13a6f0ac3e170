package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintableFailureTest {

  private static final String FORGED =
      "\r\n2026-11-28T00:00:00.000Z INFO  delivered\u2028x\u001b[2J";

  @Test
  void nothingThatAFailureQuotesBeginsALine() {
    Exception failure =
        new IllegalStateException("one" + FORGED, new IllegalArgumentException("two" + FORGED));
    failure.addSuppressed(new RuntimeException("three" + FORGED, new Exception("four" + FORGED)));
    StringWriter told = new StringWriter();

    new PrintableFailure(failure).printStackTrace(new PrintWriter(told, true));

    for (String line : told.toString().lines().toList()) {
      assertTrue(
          line.matches(
              "(\t*(Suppressed: |Caused by: )?java[.\\w]+: \\w+ 2026\\p{Print}+ x \\[2J)"
                  + "|\t+(at \\p{Print}+|\\.\\.\\. \\d+ more)"),
          line);
    }
    for (String message : List.of("one", "two", "three", "four")) {
      assertTrue(told.toString().contains(": " + message + " 2026"), told.toString());
    }
    assertTrue(
        told.toString().contains("\tat org.serverroster.outbox.PrintableFailureTest."),
        told.toString());
  }

  @Test
  void aFailureWithoutWordsOrInACircleIsToldAsWell() {
    Exception one = new IllegalStateException((String) null);
    one.addSuppressed(new Exception(one));

    assertEquals("java.lang.IllegalStateException", new PrintableFailure(one).toString());
  }

  @Test
  void aSecretIsTakenOutWholeThoughTheMessageIsCut() {
    String message = "x".repeat(495) + "s3cret-of-somebody";

    String told =
        new PrintableFailure(
                new IllegalStateException("outer", new IllegalArgumentException(message)),
                Redaction.ofSecret("s3cret-of-somebody"))
            .getCause()
            .getMessage();

    assertTrue(told.endsWith("xxxxxx"), told);
  }

  @Test
  void theInnermostOfManyCausesIsTold() {
    Throwable failure = new IllegalStateException("the reason");
    for (int i = 0; i < 10; i++) {
      failure = new IllegalStateException("around it", failure);
    }
    StringWriter told = new StringWriter();
    new PrintableFailure(failure).printStackTrace(new PrintWriter(told, true));
    assertTrue(told.toString().contains("the reason"), told.toString());
  }
}
