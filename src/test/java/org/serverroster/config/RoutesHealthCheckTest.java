package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesHealthCheckTest {

  @ParameterizedTest
  @CsvSource({
    "false, false, DOWN",
    "false, true, DOWN",
    "true, false, DOWN", // the start came between this check and the stream's own
    "true, true, UP"
  })
  void readyMeansRoutesThatRunAndAStreamThatStands(boolean routes, boolean stream, Status status) {
    assertEquals(status, new RoutesHealthCheck(() -> routes, () -> stream).call().getStatus());
  }
}
