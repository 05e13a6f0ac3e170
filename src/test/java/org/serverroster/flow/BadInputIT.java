package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Bad input to the packaged application. */
@QuarkusIntegrationTest
class BadInputIT extends BadInput {}
