package org.serverroster.roster;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.Locale;

/** Points in time, as the two databases give them and as people read them. */
public final class Moments {

  private static final DateTimeFormatter FOR_PEOPLE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH);

  private Moments() {}

  /**
   * The instant in a column of type "timestamp with time zone".
   *
   * @param value H2's {@link OffsetDateTime}, PostgreSQL's timestamp, which is a {@link Date}, or
   *     null
   * @return null for null
   */
  public static Instant instant(Object value) {
    if (value == null) {
      return null;
    }
    return value instanceof Date date ? date.toInstant() : ((OffsetDateTime) value).toInstant();
  }

  /** As people read it, in UTC; empty for null. */
  public static String written(Object value) {
    Instant instant = instant(value);
    return instant == null ? "" : FOR_PEOPLE.format(instant.atOffset(ZoneOffset.UTC));
  }
}
