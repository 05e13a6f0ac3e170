package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.LogLines;

class AbsenceTest {

  private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

  private final LogLines log = new LogLines();
  private Instant now = NOW;
  private final Absence absence =
      new Absence("oracle", ((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  @AfterEach
  void listenNoMore() {
    log.close();
  }

  @Test
  void oneLineWhenItBeginsOneAMinuteAndOneWhenItIsOver() {
    for (int second = 0; second < 130; second++) {
      now = NOW.plusSeconds(second);
      absence.noticed("silence");
    }
    absence.over();
    absence.over();
    assertEquals(
        List.of(
            "oracle-away since=2026-11-25T10:00:00Z because=silence",
            "oracle-away since=2026-11-25T10:00:00Z because=silence",
            "oracle-away since=2026-11-25T10:00:00Z because=silence",
            "oracle-back away-for=PT2M9S"),
        log.lines());
  }

  @Test
  void whatComesAndGoesIsToldOnceAMinute() {
    for (int second = 0; second < 120; second++) {
      now = NOW.plusSeconds(second);
      absence.noticed("silence");
      assertEquals(Optional.of(now), absence.since());
      absence.over();
      assertEquals(Optional.empty(), absence.since());
    }
    assertEquals(4, log.lines().size(), log.lines()::toString);
  }

  @Test
  void whatLastsIsToldAtTheLatestAfterAMinute() {
    absence.noticed("silence");
    absence.over();
    now = NOW.plusSeconds(2);
    absence.noticed("thunder");
    now = NOW.plusSeconds(60);
    absence.noticed("thunder");
    absence.over();
    assertEquals(
        List.of(
            "oracle-away since=2026-11-25T10:00:00Z because=silence",
            "oracle-back away-for=PT0S",
            "oracle-away since=2026-11-25T10:00:02Z because=thunder",
            "oracle-back away-for=PT58S"),
        log.lines());
  }

  @Test
  void aClockThatGoesBackSilencesNothing() {
    absence.noticed("silence");
    now = NOW.minusSeconds(3600);
    absence.noticed("silence");
    assertEquals(2, log.lines().size(), log.lines()::toString);
  }
}
