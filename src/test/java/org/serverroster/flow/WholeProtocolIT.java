package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same flows with the packaged application. */
@QuarkusIntegrationTest
class WholeProtocolIT extends WholeProtocol {}
