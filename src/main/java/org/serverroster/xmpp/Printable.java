package org.serverroster.xmpp;

/** Makes text from the network fit for a log line or an error message. */
final class Printable {

  private static final int LONGEST = 120;

  private Printable() {}

  /** At most {@value #LONGEST} characters on one line, all of them visible; {@code null} stays. */
  static String of(Object remote) {
    if (remote == null) {
      return null;
    }
    String text = remote.toString();
    StringBuilder clean = new StringBuilder(Math.min(text.length(), LONGEST + 3));
    for (int i = 0; i < text.length() && i < LONGEST; i++) {
      char c = text.charAt(i);
      clean.append(isPlain(c) ? c : '?');
    }
    return text.length() > LONGEST ? clean.append("...").toString() : clean.toString();
  }

  private static boolean isPlain(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
