package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same flows with the packaged application and PostgreSQL. */
@QuarkusIntegrationTest
@QuarkusTestResource(value = Postgresql.class, restrictToAnnotatedClass = true)
class MainFlowOnPostgresqlIT extends MainFlow {}
