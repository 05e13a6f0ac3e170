package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.ADMINISTRATORS;
import static org.serverroster.lab.Estate.patiently;
import static org.serverroster.lab.Estate.state;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;

/**
 * The clock of the machine is set back by an hour while the packaged Server Roster works: what it
 * does by the clock goes on. libfaketime sets the clock of that one process, as {@code date -s}
 * would, and leaves alone what only ever goes on.
 */
@Tag("servers")
class ClockSetBackIT {
  private static final String BEFORE = "before.lit";
  private static final String PUT_OFF = "put-off.lit";
  private static final String AFTER = "after.lit";

  /** Where Debian's package has it, for any architecture. */
  private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

  @TempDir static Path folder;
  private static Estate estate;
  private static RosterProcess roster;
  private static Path clock;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, BEFORE, PUT_OFF, AFTER);
    clock = folder.resolve("clock");
    Files.writeString(clock, "+0\n");
    roster =
        estate
            .roster("roster")
            .environment("LD_PRELOAD", library().toString())
            .environment("FAKETIME_TIMESTAMP_FILE", clock.toString())
            .environment("FAKETIME_CACHE_DURATION", "1")
            .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .start();
    estate.awaitFederation();
  }

  @AfterAll
  static void stop() {
    if (roster != null) {
      roster.close();
    }
    if (estate != null) {
      estate.close();
    }
  }

  @Test
  void whatIsDoneByTheClockGoesOn() throws Exception {
    estate.ask(BEFORE);
    estate.smtp().goAway();
    estate.say(PUT_OFF, "subscribe");
    patiently().until(() -> state(roster, PUT_OFF), is("none+pending-in"));
    patiently().until(() -> Files.readString(roster.log()).contains("mail-server-away"));

    Files.writeString(clock, "-3600\n");
    patiently().until(() -> Files.readString(roster.log()).contains("clock-was-set-back"));
    estate.smtp().comeBack();

    for (var administrator : ADMINISTRATORS) {
      estate.mail(administrator, PUT_OFF);
    }
    estate.ask(AFTER);
    var link = estate.mail(ADMINISTRATORS.get(0), AFTER).link("approve");
    assertThat(roster.visitor().press(link).body(), containsString(AFTER));
    patiently().until(() -> estate.heard(AFTER).contains("subscribed"));
    patiently()
        .until(
            () -> roster.visitor().read("/api/v1/audit/verify").body(),
            containsString("\"unsealed\":0"));
    assertThat(state(roster, AFTER), is("from+pending-out"));
    assertThat(estate.heardFrom(Lab.HOST, BEFORE), is(java.util.List.of()));
  }

  private static Path library() throws Exception {
    try (var found =
        Files.find(Path.of("/usr/lib"), 3, (path, is) -> path.toString().endsWith(LIBRARY))) {
      return found
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("apt-get install libfaketime"));
    }
  }
}
