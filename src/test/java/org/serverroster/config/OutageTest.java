package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.sql.SQLException;
import java.time.Clock;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutageTest {

  private final Outage outage = new Outage(Clock.systemUTC(), null);

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "08001", "08006", "53300", "57P01", "40001", "40P01", "HYT00", "25006", "25P03", "90028",
        "90098"
      })
  void whatPassesIsWaitedFor(String state) {
    assertTrue(outage.isAway(new RuntimeException(new SQLException("away", state))));
    assertTrue(outage.isOut());
    outage.cameBack();
    assertFalse(outage.isOut());
  }

  @ParameterizedTest
  @ValueSource(strings = {"22001", "23505", "42601", "0A000", "25001", "HY000"})
  void whatWillNeverSucceedIsNot(String state) {
    assertFalse(outage.isAway(new SQLException("lasting", state)));
    assertFalse(outage.isOut());
  }

  @Test
  void otherFailuresAreNoOutage() {
    assertFalse(outage.isAway(new IllegalStateException()));
  }

  /** Camel looks for the innermost exception of a type: the socket's, of which nobody knows. */
  @Test
  void aStepThatNobodyWaitsForTellsOfAnOutageByTheWholeFailure() throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      context.getRegistry().bind("database", outage);
      context.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              onException(Exception.class).handled(true).bean("database", "report");
              from("direct:step")
                  .process(
                      exchange -> {
                        SocketException socket = new SocketException("Connection reset");
                        throw new IllegalStateException(new SQLException("lost", "08006", socket));
                      });
            }
          });
      context.start();
      context.createProducerTemplate().sendBody("direct:step", null);
    }
    assertTrue(outage.isOut());
  }

  @Test
  void aStanzaIsTriedUntilItIsSettled() {
    assertTrue(outage.mustTryAgain(null));
    assertEquals(false, outage.mustTryAgain(true));
  }
}
