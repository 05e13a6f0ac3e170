package org.serverroster.lookups;

import java.util.List;

/**
 * One look-up, as {@link Lookups} has noted it.
 *
 * @param kind one of the kinds there
 * @param what the class, the resource, or the interfaces of a proxy with commas between
 * @param member its name; the parameters of a constructor; empty where all were asked for
 * @param caller which class asked
 * @param initialising the classes whose initialisers were running
 */
record Lookup(String kind, String what, String member, String caller, List<String> initialising) {

  private static final int COLUMNS = 5;

  static Lookup of(String line) {
    String[] columns = line.split("\t", COLUMNS);
    return new Lookup(
        columns[0],
        columns[1],
        columns[2],
        columns[3],
        columns[4].isEmpty() ? List.of() : List.of(columns[4].split(",")));
  }

  /** Whether it looks for something of that package. */
  boolean isOf(String prefix) {
    return what.startsWith(prefix) || what.startsWith(prefix.replace('.', '/'));
  }

  @Override
  public String toString() {
    return "%s %s %s (by %s)".formatted(kind, what, member, caller);
  }
}
