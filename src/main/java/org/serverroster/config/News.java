package org.serverroster.config;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.serverroster.roster.Failures;

/** What fails again and again makes one line a minute. Safe for use by several threads. */
final class News {

  private static final Duration REMINDER = Duration.ofMinutes(1);
  private static final int MOST_REMEMBERED = 100;

  private final Clock clock;

  /** When what was said last; the oldest is forgotten. */
  private final Map<String, Instant> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /**
   * @param clock now
   */
  News(Clock clock) {
    this.clock = clock;
  }

  /**
   * Whether a failure is to be told of: none of its kind was within the last minute. Its words are
   * not looked at, they may quote what a stranger varies.
   */
  boolean isNews(Throwable failure) {
    return isNews(Failures.causes(failure).map(News::kind).collect(Collectors.joining(" ")));
  }

  private static String kind(Throwable failure) {
    String name = failure.getClass().getName();
    return failure instanceof SQLException sql ? name + " " + sql.getSQLState() : name;
  }

  private synchronized boolean isNews(String words) {
    Instant now = clock.instant();
    Instant before = said.get(words);
    if (before != null && !now.isBefore(before) && now.isBefore(before.plus(REMINDER))) {
      return false;
    }
    said.put(words, now);
    return true;
  }
}
