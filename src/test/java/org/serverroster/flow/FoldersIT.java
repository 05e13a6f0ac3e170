package org.serverroster.flow;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class FoldersIT extends CommandsInFolders {}
