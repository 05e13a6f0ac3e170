package org.serverroster.lookups;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * A Java agent that writes down the look-ups of everything that is not the JDK's: {@code
 * -javaagent:lookups.jar=FOLDER} leaves a file for each process there.
 */
public final class LookupAgent {

  private static final String LOOKUPS = "org/serverroster/lookups/Lookups.class";

  private LookupAgent() {}

  public static void premain(String folder, Instrumentation machine) throws IOException {
    Path place = Files.createDirectories(Path.of(folder));
    machine.appendToBootstrapClassLoaderSearch(forEveryLoader());
    Lookups.into(place.resolve(ProcessHandle.current().pid() + ".txt"));
    machine.addTransformer(new LookupTransformer());
  }

  /** A jar with nothing but what stands in for the look-ups: this one's transformer stays ours. */
  private static JarFile forEveryLoader() throws IOException {
    Path jar = Files.createTempFile("lookups", ".jar");
    jar.toFile().deleteOnExit();
    try (JarOutputStream file = new JarOutputStream(Files.newOutputStream(jar));
        InputStream content = ClassLoader.getSystemResourceAsStream(LOOKUPS)) {
      file.putNextEntry(new ZipEntry(LOOKUPS));
      content.transferTo(file);
    }
    return new JarFile(jar.toFile());
  }
}
