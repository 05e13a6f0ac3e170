package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Over AMQP 1.0. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = Amqp.class, restrictToAnnotatedClass = true)
class AmqpIT extends Queued {}
