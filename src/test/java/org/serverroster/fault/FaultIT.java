package org.serverroster.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The fault tests in short, by a fixed seed. {@code bin/fault-test} runs them for longer;
 * docs/reliability.md tells what is checked.
 */
@Tag("servers")
class FaultIT {

  private static final Path FOLDER = Path.of("target", "fault", "it");
  private static final long SEED = 267;
  private static final int MOST_SHOWN = 12;

  @ParameterizedTest
  @CsvSource({"POSTGRESQL, 15", "H2, 8"})
  void nothingIsLostOrDoubledWhateverIsKilled(Ground.Store store, int kills) throws Exception {
    Path folder = FOLDER.resolve("kills-" + store);
    Slice slice = Slice.run(folder, Slice.Plan.of(SEED, kills, store));
    holds(slice.findings(), folder);
    Set<String> faults = slice.faults().keySet();
    assertThat(faults, hasItem(startsWith("kill xmpp-server")));
    assertThat(faults.toString(), struck(faults), greaterThan(0L));
    assertThat(faults.toString(), disturbed(faults), greaterThan(2L));
    for (String seen :
        List.of(Event.HANDED_OVER, Event.SENT, Event.MAILED, Event.TOLD, "audit entries")) {
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

  @Test
  void nothingIsLostOrDoubledWhenWhoHoldsTheStreamIsKilled() throws Exception {
    Path folder = FOLDER.resolve("replicas");
    Slice slice =
        Slice.run(
            folder,
            new Slice.Plan(SEED, 3, 2, false, Ground.Kind.PROSODY, Ground.Store.POSTGRESQL, true));
    holds(slice.findings(), folder);
    assertThat(slice.takeovers(), not(empty()));
  }

  @Test
  void mailThatCouldNotLeaveLeavesWhenItCan() throws Exception {
    Path folder = FOLDER.resolve("away");
    Away away = Away.run(folder, "smtp", Duration.ofSeconds(8), SEED);
    holds(away.findings(), folder);
  }

  /** No finding; else what everybody has kept and logged stays, also beyond a second try. */
  private static void holds(List<?> findings, Path folder) throws IOException {
    if (!findings.isEmpty()) {
      Path kept = folder.resolveSibling(folder.getFileName() + "-" + System.currentTimeMillis());
      Files.move(folder, kept);
      fail(
          "%d findings, see %s: %s"
              .formatted(findings.size(), kept, findings.stream().limit(MOST_SHOWN).toList()));
    }
  }
}
