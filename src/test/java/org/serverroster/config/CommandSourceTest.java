package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether commands can come from where they are said to. */
class CommandSourceTest {

  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final CommandSource source = new CommandSource(camel, Clock.systemUTC());

  @TempDir Path folder;

  @AfterEach
  void stop() {
    camel.stop();
  }

  @Test
  void aFolderThatCanBeMadeIsThere() throws Exception {
    takeFrom("file:" + folder.resolve("commands"));
    assertEquals("is there", source.state());
  }

  @Test
  void aFolderThatCannotBeMadeIsAway() throws Exception {
    takeFrom("file:" + Files.createFile(folder.resolve("file")).resolve("commands"));
    assertEquals("its folder is not there and could not be made", source.state());
    assertEquals(Optional.of(source.state()), source.absence().reason());
    assertFalse(source.state().contains(folder.toString()), "where it is may be a secret");
  }

  @Test
  void aFolderThatComesBackIsThereAgain() throws Exception {
    takeFrom("file:" + folder.resolve("commands"));
    Files.delete(folder.resolve("commands"));
    source.look();
    assertEquals("its folder is not there and could not be made", source.state());
    Files.createFile(folder.resolve("commands"));
    source.look();
    assertEquals("its folder is none", source.state());
    Files.delete(folder.resolve("commands"));
    Files.createDirectory(folder.resolve("commands"));
    source.look();
    assertEquals("is there", source.state());
    assertEquals(Optional.empty(), source.absence().since());
  }

  @Test
  void ofAnEndpointThatNobodyWatchesNothingIsClaimed() throws Exception {
    takeFrom("direct:order");
    assertEquals("not watched", source.state());
    assertEquals(Optional.empty(), source.absence().since());
  }

  private void takeFrom(String uri) throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from(uri).routeId("take-commands").to("log:taken");
          }
        });
    camel.start();
    source.look();
  }
}
