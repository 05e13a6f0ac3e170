package org.serverroster.fault;

import java.util.ArrayList;
import java.util.List;

/** The promises that were not kept, as the rules find them. */
final class Findings {

  private final List<Finding> all = new ArrayList<>();

  /**
   * One more.
   *
   * @param rule which promise, in a word
   * @param peer whom it concerns, "" when nobody in particular
   * @param what the evidence
   */
  void add(String rule, String peer, String what) {
    all.add(new Finding(rule, peer, what));
  }

  List<Finding> all() {
    return List.copyOf(all);
  }
}
