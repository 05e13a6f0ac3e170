package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class FoldersTest extends CommandsInFolders {}
