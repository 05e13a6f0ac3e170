package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Over JMS, by the client of Artemis. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = Artemis.class, restrictToAnnotatedClass = true)
class ArtemisIT extends Queued {}
