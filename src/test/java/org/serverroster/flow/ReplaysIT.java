package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same with the packaged application. */
@QuarkusIntegrationTest
class ReplaysIT extends Replays {}
