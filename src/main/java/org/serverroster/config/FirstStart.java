package org.serverroster.config;

import io.quarkus.flyway.FlywayDataSource;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.serverroster.approval.Links;
import org.serverroster.roster.Change;

/**
 * Looks at the database and prepares it before the routes start: nothing is changed in one that is
 * too old or too new for this program, and nobody works with one that is not what the migrations
 * make.
 */
@Singleton
class FirstStart {

  private static final String MAKE_KEY =
      "insert into shared_key (name, key_material, created_at) values ('nonce', ?, ?)"
          + " on conflict do nothing";

  /** The embedded database is ours alone: a lease in it is one of a process that has died. */
  private static final String DROP_LEASES =
      "update outbox set leased_until = null where leased_until is not null";

  private final DataSource roster;
  private final Instance<Flyway> h2;
  private final Instance<Flyway> postgresql;
  private final Links links;
  private final Clock clock;
  private final Settings settings;
  private final EmbeddedFile file;

  FirstStart(
      @Named("roster") DataSource roster,
      @FlywayDataSource("h2") Instance<Flyway> h2,
      @FlywayDataSource("postgresql") Instance<Flyway> postgresql,
      Links links,
      Clock clock,
      Settings settings,
      @Named("embeddedFile") EmbeddedFile file) {
    this.roster = roster;
    this.h2 = h2;
    this.postgresql = postgresql;
    this.links = links;
    this.clock = clock;
    this.settings = settings;
    this.file = file;
  }

  void prepare(@Observes @Priority(1) StartupEvent event) throws SQLException {
    refuse(DatabaseCheck.future(unknownMigrations())); // which waits for a database that is late
    try (Connection connection = roster.getConnection()) {
      DatabaseMetaData database = connection.getMetaData();
      refuse(
          DatabaseCheck.version(
              database.getDatabaseProductName(), database.getDatabaseMajorVersion()));
    }
    flyway().migrate();
    try (Connection connection = roster.getConnection()) {
      refuse(
          DatabaseCheck.schema(
              Schema.of(connection.getMetaData(), connection.getSchema()), Schema.expected()));
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
    file.begin();
  }

  private static void refuse(Optional<String> problem) {
    problem.ifPresent(
        line -> {
          throw new CannotStartException(line);
        });
  }

  private Flyway flyway() {
    return (settings.db().kind().equals("postgresql") ? postgresql : h2).get();
  }

  private Set<String> unknownMigrations() {
    return Arrays.stream(flyway().info().applied())
        .filter(migration -> !migration.getState().isResolved())
        .filter(migration -> migration.getVersion() != null)
        .map(migration -> migration.getVersion().getVersion())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
