package org.serverroster.roster;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers, of the strangers who said something that came to nothing, the number of the hand-over
 * in which they did: nothing is written down for them, so that nobody can fill a table by it. If
 * the server dies before it has noted our acknowledgement it hands that stanza over again; should
 * an administrator have made the stranger a peer meanwhile, it must not count as an answer to that.
 *
 * <p>A memory of this process, of the last ten thousand of them: a help, not a promise.
 */
public final class PassersBy {

  private static final int MOST = 10_000;

  private final Map<String, Object> handovers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
          return size() > MOST;
        }
      };

  /** Notes a stanza that was judged, if it is that of a stranger who stays one. */
  public synchronized void pass(Change change) {
    if (change.get("handover") != null && !change.found() && !change.is("meets")) {
      handovers.put(name(change), change.get("handover"));
    }
  }

  /**
   * What is done to somebody of whose hand-overs nothing is kept: they are no stranger any more.
   */
  public synchronized Change recognise(Change change) {
    if (change.found() && change.get("lastHandover") == null) {
      Object handover = handovers.get(name(change)); // stays: the transaction may fail
      if (handover != null) {
        change.put("lastHandover", handover);
      }
    }
    return change;
  }

  private static String name(Change change) {
    return change.text("domain") + " " + change.text("peer");
  }
}
