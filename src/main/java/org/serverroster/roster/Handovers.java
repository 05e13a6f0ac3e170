package org.serverroster.roster;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the numbers of hand-overs say when a stanza comes again. The same number as the last one of
 * the peer has had its effect ({@link Peers#receive}); two cases are left.
 *
 * <p><b>Strangers.</b> Of one whose stanza came to nothing nothing is written down, so that nobody
 * can fill a table by it. Should an administrator have made the stranger a peer before that stanza
 * comes again, it must not count as an answer to that. A memory of this process, of the last ten
 * thousand of them: a help, not a promise.
 *
 * <p><b>Copies.</b> A server that lets several components in hands a stanza over to another one
 * when the first does not answer. If that one wakes up, or has waited for the database, it may hold
 * a copy that is older than what others have done since. Numbers grow, so a copy has a lower one
 * than the last; but they may begin anew below it where a server's clock was set back. So a lower
 * number is refused if the copy has waited here, which costs a server that meant it one attempt.
 */
public final class Handovers {

  /** Far less than any server waits for an answer, so a copy has waited for longer. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final int MOST = 10_000;

  private final LongSupplier nanos;
  private final Map<String, Object> ofStrangers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param nanos the clock of {@link System#nanoTime}
   */
  public Handovers(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Asked when the peer's row is locked.
   *
   * @throws StaleHandoverException when it is an old copy: it is to have no effect, and not to be
   *     acknowledged
   */
  public void check(Change change) {
    if (change.get("handover") instanceof Long number
        && change.get("lastHandover") instanceof Number last
        && number < last.longValue()
        && change.get("receivedAt") instanceof Long received
        && nanos.getAsLong() - received > FRESH.toNanos()) {
      throw new StaleHandoverException(number, last.longValue());
    }
  }

  /** Notes a stanza that was judged, if it is that of a stranger who stays one. */
  public synchronized void pass(Change change) {
    if (change.get("handover") != null && !change.found() && !change.is("meets")) {
      ofStrangers.put(name(change), change.get("handover"));
    }
  }

  /**
   * What is done to somebody of whose hand-overs nothing is kept: they are no stranger any more.
   */
  public synchronized Change recognise(Change change) {
    if (change.found() && change.get("lastHandover") == null) {
      Object handover = ofStrangers.get(name(change)); // stays: the transaction may fail
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
