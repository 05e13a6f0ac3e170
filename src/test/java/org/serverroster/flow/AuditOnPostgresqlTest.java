package org.serverroster.flow;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;

/** The same trail on PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class AuditOnPostgresqlTest extends Audit {

  @Inject CamelContext camel;

  /** A seal comes each second; that the walk had just passed the end of the chain is no forgery. */
  @Test
  void whatIsSealedBehindTheWalkIsNotTakenForForged() {
    AtomicBoolean sealed = new AtomicBoolean();
    EventNotifierSupport meanwhile =
        new EventNotifierSupport() {
          @Override
          public void notify(CamelEvent event) {
            if (event instanceof CamelEvent.ExchangeSendingEvent sending
                && String.valueOf(sending.getExchange().getMessage().getBody())
                    .contains("as stray")) {
              asks("walked-past.lit");
              patiently()
                  .until(() -> trail("walked-past.lit").extract().path("entries[0].seal") != null);
              sealed.set(true);
            }
          }
        };
    camel.getManagementStrategy().addEventNotifier(meanwhile);
    ServiceHelper.startService(meanwhile);
    try {
      as("auditor").get("/api/v1/audit/verify").then().body("valid", equalTo(true));
    } finally {
      camel.getManagementStrategy().removeEventNotifier(meanwhile);
    }
    assertTrue(sealed.get());
  }
}
