package org.serverroster.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import javax.sql.DataSource;
import org.serverroster.approval.Links;
import org.serverroster.roster.Change;

/** Prepares the database before the routes start: what Flyway cannot know. */
@Singleton
class FirstStart {

  private static final String MAKE_KEY =
      "insert into shared_key (name, key_material, created_at) values ('nonce', ?, ?)"
          + " on conflict do nothing";

  /** The embedded database is ours alone: a lease in it is one of a process that has died. */
  private static final String DROP_LEASES =
      "update outbox set lease = null, leased_until = null where lease is not null";

  private final DataSource roster;
  private final Links links;
  private final Clock clock;
  private final Settings settings;

  FirstStart(@Named("roster") DataSource roster, Links links, Clock clock, Settings settings) {
    this.roster = roster;
    this.links = links;
    this.clock = clock;
    this.settings = settings;
  }

  void prepare(@Observes @Priority(1) StartupEvent event) throws SQLException {
    try (Connection connection = roster.getConnection()) {
      try (PreparedStatement statement = connection.prepareStatement(MAKE_KEY)) {
        statement.setString(1, links.newKey());
        statement.setObject(2, Change.utc(clock.instant()));
        statement.executeUpdate();
      }
      if (settings.db().kind().equals("h2")) {
        try (PreparedStatement statement = connection.prepareStatement(DROP_LEASES)) {
          statement.executeUpdate();
        }
      }
    }
  }
}
