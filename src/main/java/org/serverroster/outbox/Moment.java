package org.serverroster.outbox;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Date;

/** Points in time as the databases give them: each has its own class for them. */
final class Moment {

  static Instant of(Object column) {
    return column instanceof Date date ? date.toInstant() : ((OffsetDateTime) column).toInstant();
  }

  private Moment() {}
}
