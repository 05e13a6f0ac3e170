package org.serverroster.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.not;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The fault tests in short, by a fixed seed. {@code bin/fault-test} runs them for longer;
 * docs/reliability.md tells what is checked.
 */
@Tag("servers")
class FaultIT {

  private static final Path FOLDER = Path.of("target", "fault", "it");
  private static final long SEED = 267;

  @Test
  void nothingIsLostOrDoubledWhateverIsKilled() throws Exception {
    Slice slice = Slice.run(FOLDER.resolve("kills"), Slice.Plan.of(SEED, 15));
    assertThat(slice.findings(), empty());
    assertThat(slice.faults(), not(anEmptyMap()));
  }

  @Test
  void mailThatCouldNotLeaveLeavesWhenItCan() throws Exception {
    Away away = Away.run(FOLDER.resolve("away"), "smtp", Duration.ofSeconds(8), SEED);
    assertThat(away.findings(), empty());
  }
}
