package org.serverroster.roster;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a failure says, in a form that is fit for the log, a row and a page: what it quotes may be
 * somebody else's words.
 */
public final class Failures {

  /** In case of a circle. */
  private static final int DEEPEST = 20;

  private static final int LONGEST = 500;

  private Failures() {}

  /** The failure and what has caused it, outermost first; twenty at most, in case of a circle. */
  public static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(DEEPEST);
  }

  /**
   * The innermost cause that says anything, in one printable line: it may quote what another server
   * said.
   */
  public static String describe(Throwable failure) {
    Throwable cause =
        causes(failure)
            .filter(any -> any.getMessage() != null)
            .reduce((outer, inner) -> inner)
            .orElse(failure);
    return printable(cause.getClass().getSimpleName() + ": " + cause.getMessage());
  }

  /** What somebody else says, in one line of at most {@value #LONGEST} characters. */
  public static String printable(String text) {
    String printable = text.replaceAll("[^\\p{Graph}]+", " ").strip();
    return Texts.cut(printable, LONGEST);
  }
}
