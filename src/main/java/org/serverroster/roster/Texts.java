package org.serverroster.roster;

/** Other people's words. */
public final class Texts {

  private Texts() {}

  /** At most so many UTF-16 units of it, and never half a character. */
  public static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
  }
}
