package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

/** The address of a webhook is a secret: whoever knows it can post. */
@QuarkusTest
@QuarkusTestResource(value = Webhook.class, restrictToAnnotatedClass = true)
class EventSecretsTest extends Story {

  private static final PatternFormatter WHOLE = new PatternFormatter("%s%e");

  @Inject
  @Named("roster")
  DataSource roster;

  @Test
  void theAddressIsNowhereWhenItFails() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Handler listener = listener(log);
    Logger root = LogManager.getLogManager().getLogger("");
    root.addHandler(listener);
    String health;
    try {
      Webhook.refuse("whispered", 404);
      asks("whispered.lit");
      patiently()
          .until(() -> log.stream().anyMatch(line -> line.contains("because=HTTP status 404")));
      Webhook.takeAll();
      CountDownLatch silence = Webhook.hang();
      asks("hushed.lit");
      patiently().until(() -> log.stream().anyMatch(line -> line.contains("Timeout")));
      health = given().get("/q/health").asString();
      silence.countDown();
    } finally {
      root.removeHandler(listener);
      Webhook.takeAll();
    }
    log.forEach(line -> assertFalse(line.contains(Webhook.TOKEN), line));
    log.forEach(line -> assertFalse(line.contains(Webhook.SECRET), line));
    assertTrue(health.contains("roster.events.uri"), health);
    assertFalse(health.contains(Webhook.TOKEN), health);
    errors().forEach(error -> assertFalse(error.contains(Webhook.TOKEN), error));
  }

  private List<String> errors() throws Exception {
    List<String> errors = new ArrayList<>();
    try (Connection connection = roster.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select last_error from outbox where last_error is not null")) {
      while (rows.next()) {
        errors.add(rows.getString(1));
      }
    }
    return errors;
  }

  private static Handler listener(List<String> log) {
    return new Handler() {
      @Override
      public void publish(LogRecord line) {
        log.add(WHOLE.format(org.jboss.logmanager.ExtLogRecord.wrap(line)));
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
