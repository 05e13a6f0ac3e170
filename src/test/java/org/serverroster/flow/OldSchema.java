package org.serverroster.flow;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.serverroster.lab.Migrations;

/** What the first version of the program has left in its database, in the first schema. */
final class OldSchema {

  static final String TOKEN = "an-old-token-of-forty-three-characters-0001";

  private OldSchema() {}

  /** Makes the schema of version 1 and fills it. */
  static void prepare(String url, String user, String password) {
    Migrations.of(url, user, password).target("1").load().migrate();
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement()) {
      for (String sql : left().split(";\n")) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An empty database in the schema before the newest, for as long as it is open. */
  static Connection before() throws SQLException {
    String url = "jdbc:h2:mem:before;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
    Connection open = DriverManager.getConnection(url, "", "");
    MigrationInfo[] all = Migrations.of(url, "", "").load().info().all();
    MigrationVersion before = all[all.length - 2].getVersion();
    Migrations.of(url, "", "").target(before).load().migrate();
    return open;
  }

  private static String left() {
    return """
        insert into peer (domain, peer, address, state, request_id, last_seen, created_at, updated_at) values
          ('capulet.lit', 'old-friend.lit', 'old-friend.lit', 'both', null, current_timestamp, current_timestamp, current_timestamp),
          ('capulet.lit', 'old-hope.lit', 'old-hope.lit', 'none+pending-out', null, null, current_timestamp, current_timestamp),
          ('capulet.lit', 'old-asker.lit', 'old-asker.lit', 'none+pending-in',
            '00000000-0000-0000-0000-000000000001', current_timestamp, current_timestamp, current_timestamp),
          ('capulet.lit', 'old-waiter.lit', 'old-waiter.lit', 'none+pending-in',
            '00000000-0000-0000-0000-000000000002', current_timestamp, current_timestamp, current_timestamp);
        insert into approval_request (id, domain, peer, received_at, expires_at, outcome) values
          ('00000000-0000-0000-0000-000000000001', 'capulet.lit', 'old-asker.lit', current_timestamp,
            current_timestamp + interval '10' day, 'open'),
          ('00000000-0000-0000-0000-000000000002', 'capulet.lit', 'old-waiter.lit', current_timestamp,
            current_timestamp + interval '10' day, 'open');
        insert into approval_token (token_hash, request_id, administrator, created_at) values
          ('%s', '00000000-0000-0000-0000-000000000001', 'nurse@capulet.lit', current_timestamp);
        insert into audit_entry (at, domain, peer, action, actor, via, state_before, state_after, request_id) values
          (current_timestamp, 'capulet.lit', 'old-asker.lit', 'request-received', 'old-asker.lit', 'xmpp',
            'none', 'none+pending-in', '00000000-0000-0000-0000-000000000001');
        insert into outbox (wire_id, channel, lane, domain, peer, kind, recipient, request_id, created_at, next_at) values
          ('00000000-0000-0000-0000-000000000003', 'mail', 'capulet.lit old-waiter.lit nurse@capulet.lit',
            'capulet.lit', 'old-waiter.lit', 'request', 'nurse@capulet.lit',
            '00000000-0000-0000-0000-000000000002', current_timestamp, current_timestamp),
          ('00000000-0000-0000-0000-000000000004', 'xmpp', 'capulet.lit old-hope.lit', 'capulet.lit',
            'old-hope.lit', 'subscribe', 'old-hope.lit', null, current_timestamp, current_timestamp)
        """
        .formatted(hash(TOKEN));
  }

  private static String hash(String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
