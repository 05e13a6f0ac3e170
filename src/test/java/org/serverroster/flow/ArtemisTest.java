package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** Over JMS, by the client of Artemis. */
@QuarkusTest
@QuarkusTestResource(value = Artemis.class, restrictToAnnotatedClass = true)
class ArtemisTest extends Queued {}
