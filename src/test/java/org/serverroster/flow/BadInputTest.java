package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusTest;

/** Bad input on the embedded H2. */
@QuarkusTest
class BadInputTest extends BadInput {}
