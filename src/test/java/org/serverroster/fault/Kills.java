package org.serverroster.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nothing is lost or doubled, whatever is killed or disturbed. */
abstract class Kills {

  private final Ground.Store store;
  private final int kills;
  private final Ground.Mails mails;

  Kills(Ground.Store store, int kills, Ground.Mails mails) {
    this.store = store;
    this.kills = kills;
    this.mails = mails;
  }

  @Test
  void nothingIsLostOrDoubledWhateverIsKilled() throws Exception {
    Path folder = Faults.folder("kills-" + store);
    Slice slice = Slice.run(folder, Slice.Plan.of(Faults.SEED, kills, store, mails));
    Faults.holds(slice.findings(), folder);
    Set<String> faults = slice.faults().keySet();
    assertThat(faults, hasItem(startsWith("kill xmpp-server")));
    if (store == Ground.Store.POSTGRESQL) { // on H2 this seed has few moments, and may miss them
      assertThat(faults.toString(), struck(faults), greaterThan(0L));
    }
    assertThat(faults.toString(), disturbed(faults), greaterThan(2L));
    for (String seen :
        List.of(
            Event.HANDED_OVER,
            Event.SENT,
            Event.MAILED,
            Event.TOLD,
            Event.SPOKEN,
            "audit entries")) {
      assertThat(seen, slice.figures().getOrDefault(seen, 0L), greaterThan(0L));
    }
  }

  /** How many moments were met, right before or right after something. */
  private static long struck(Set<String> faults) {
    return faults.stream().filter(fault -> fault.matches("kill .* (before|after)-.*")).count();
  }

  /** How many kinds of other trouble there were. */
  private static long disturbed(Set<String> faults) {
    return faults.stream().filter(fault -> !fault.startsWith("kill ")).count();
  }
}
