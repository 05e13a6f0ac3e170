package org.serverroster.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildTest {

  @TempDir Path folder;

  @Test
  void isKnownByWhatIsInItsJarsAndNotByTheirTimes() throws IOException {
    Path program = folder.resolve("quarkus-run.jar");
    Path jar = Files.createDirectories(folder.resolve("app")).resolve("server-roster.jar");
    write(program, "the same", 1);
    write(jar, "one", 1);
    String first = Build.digest(program);
    write(jar, "one", 2_000_000_000_000L);
    assertEquals(first, Build.digest(program));
    write(jar, "another", 1);
    assertNotEquals(first, Build.digest(program));
  }

  @Test
  void isKnownByItsOnlyJar() throws IOException {
    Path program = folder.resolve("runner.jar");
    write(program, "one", 1);
    String first = Build.digest(program);
    write(program, "another", 1);
    assertNotEquals(first, Build.digest(program));
  }

  private static void write(Path jar, String content, long time) throws IOException {
    try (ZipOutputStream file = new ZipOutputStream(Files.newOutputStream(jar))) {
      ZipEntry entry = new ZipEntry("a.class");
      entry.setTime(time);
      file.putNextEntry(entry);
      file.write(content.getBytes(StandardCharsets.UTF_8));
    }
  }
}
