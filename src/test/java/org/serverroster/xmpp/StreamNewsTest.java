package org.serverroster.xmpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamNewsTest {

  private final StreamNews news = new StreamNews();

  @Test
  void aServerThatIsAwayForTenMinutesMakesALineAMinute() {
    int lines = 0;
    for (long second = 0; second < 600; second += 4) {
      lines += news.isWorthALine(StreamState.LOST, at(second)) ? 1 : 0;
    }
    assertEquals(10, lines);
    assertTrue(news.isWorthALine(StreamState.AUTHENTICATED, at(600)));
  }

  @Test
  void whoStandsBySaysSoOnce() {
    assertTrue(news.isWorthALine(StreamState.CONFLICT, at(0)));
    assertFalse(news.isWorthALine(StreamState.CONFLICT, at(600)));
  }

  @Test
  void whoIsConnectedSaysSoOnce() {
    assertTrue(news.isWorthALine(StreamState.AUTHENTICATED, at(0)));
    assertFalse(news.isWorthALine(StreamState.AUTHENTICATED, at(600)));
  }

  private static long at(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
