package org.serverroster.flow;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.apache.camel.quarkus.core.CamelRuntime;

/**
 * Does in a {@code @QuarkusTest} what the program's main method does otherwise: starts the routes.
 */
@Singleton
class CamelInTests {

  void start(@Observes @Priority(1000) StartupEvent event, CamelRuntime runtime) {
    runtime.start(new String[0]);
  }
}
