package org.serverroster.fault;

/**
 * A promise that was not kept.
 *
 * @param rule which promise, in a word
 * @param peer whom it concerns, "" when nobody in particular
 * @param what the evidence, for whoever looks for the cause
 */
record Finding(String rule, String peer, String what) {
  @Override
  public String toString() {
    return "%s: %s%s".formatted(rule, peer.isEmpty() ? "" : peer + ": ", what);
  }
}
