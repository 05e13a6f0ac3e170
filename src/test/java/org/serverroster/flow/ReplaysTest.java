package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusTest;

/** On the embedded H2, in a file. */
@QuarkusTest
class ReplaysTest extends Replays {}
