package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;

/**
 * The whole protocol again, with somebody who is told: each entry of the audit trail is one event.
 */
@QuarkusTest
@QuarkusTestResource(value = Webhook.class, restrictToAnnotatedClass = true)
class WholeProtocolToldTest extends WholeProtocol {

  @Inject
  @Named("roster")
  DataSource roster;

  @AfterEach
  void everythingWasToldAsDocumented() {
    patiently().untilAsserted(() -> assertEquals(audited(), told()));
    assertEquals(List.of(), Webhook.violations());
  }

  private static Map<String, Integer> told() {
    Map<String, Integer> told = new TreeMap<>();
    Webhook.taken().stream()
        .filter(post -> post.type().equals("org.serverroster.roster.changed.v1"))
        .forEach(post -> told.merge(post.data().path("action").asText(), 1, Integer::sum));
    return told;
  }

  private Map<String, Integer> audited() throws SQLException {
    Map<String, Integer> audited = new TreeMap<>();
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select action, count(*) from audit_entry group by action")) {
      while (rows.next()) {
        audited.put(rows.getString(1), rows.getInt(2));
      }
    }
    assertTrue(!audited.isEmpty() || Webhook.taken().isEmpty());
    return audited;
  }
}
