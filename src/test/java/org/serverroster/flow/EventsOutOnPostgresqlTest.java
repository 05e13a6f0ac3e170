package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** The same on PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class EventsOutOnPostgresqlTest extends EventsOut {}
