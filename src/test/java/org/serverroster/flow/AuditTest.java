package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class AuditTest extends Audit {}
