package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusTest;

/** The flows on the embedded H2, in a file. */
@QuarkusTest
class WholeProtocolTest extends WholeProtocol {}
