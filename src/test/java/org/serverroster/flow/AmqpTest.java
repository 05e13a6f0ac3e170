package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** Over AMQP 1.0. */
@QuarkusTest
@QuarkusTestResource(value = Amqp.class, restrictToAnnotatedClass = true)
class AmqpTest extends Queued {}
