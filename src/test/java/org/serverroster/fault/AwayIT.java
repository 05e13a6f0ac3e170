package org.serverroster.fault;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server is away under load and comes back, then hangs while the service is stopped: bounded
 * memory, few lines, readiness that names it, a stop that ends, and nothing lost.
 */
@Tag("servers")
class AwayIT {

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "xmpp"})
  void everythingLeavesWhenItCan(String who) throws Exception {
    Path folder = Faults.folder("away-" + who);
    Away away = Away.run(folder, who, Duration.ofSeconds(8), Faults.SEED);
    Faults.holds(away.findings(), folder);
  }
}
