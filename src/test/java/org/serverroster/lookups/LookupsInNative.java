package org.serverroster.lookups;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the packaged program looked up by reflection while the wire-level tests ran against it
 * ({@link LookupAgent}), compared with what a native compiler would be given. Runs after those
 * tests, and after the build with {@code quarkus.native.sources-only}.
 *
 * <p>Compared are look-ups by our classes or of them, and by or of libraries that no Quarkus
 * extension prepares for a native binary; the rest is the extensions' matter. What happens while a
 * class is initialised that the compiler initialises happens on its JVM, and needs nothing.
 */
class LookupsInNative {

  private static final Path NOTES = Path.of("target", "lookups", "notes");
  private static final Path SOURCES = Path.of("target", "native-sources");

  /** The report of one of the tests that note. */
  private static final Path NOTED =
      Path.of("target", "failsafe-reports", "TEST-org.serverroster.flow.MainFlowIT.xml");

  private static final Path PROGRAM = Path.of("target", "quarkus-app", "quarkus-run.jar");

  /** Whose look-ups, and look-ups of whose, are compared. */
  private static final List<String> OURS =
      List.of(
          "org.serverroster.",
          "org.apache.camel.component.xmpp.",
          "org.apache.camel.component.amqp.",
          "org.jivesoftware.",
          "org.igniterealtime.",
          "org.jxmpp.",
          "org.minidns.",
          "org.xmlpull.",
          "com.ibm.icu.",
          "io.cloudevents.",
          "org.apache.qpid.",
          "org.apache.activemq.",
          "io.opentelemetry.");

  /** The loader of the JVM's packaging asks for classes as a compiler links them. */
  private static final String LINKING = "io.quarkus.bootstrap.runner.";

  /** What Quarkus' own dependency injection generates. */
  private static final String GENERATED = "_Synthetic_Bean";

  private static List<Lookup> lookups;
  private static NativeSources sources;

  @BeforeAll
  static void read() throws IOException {
    lookups = new ArrayList<>();
    if (Files.isDirectory(NOTES) && Files.exists(PROGRAM)) {
      try (Stream<Path> files = Files.list(NOTES)) {
        for (Path file : files.filter(LookupsInNative::isOfThisBuild).toList()) {
          Files.readAllLines(file).stream().map(Lookup::of).forEach(lookups::add);
        }
      }
    }
    boolean noted = Files.exists(PROGRAM) && Files.exists(NOTED) && isOfThisBuild(NOTED);
    assumeTrue(noted || !lookups.isEmpty(), "no test has run that notes look-ups");
    assertThat("look-ups noted by " + NOTED, lookups, not(empty()));
    sources = NativeSources.in(SOURCES);
    lookups.removeIf(lookup -> !concernsUs(lookup) || sources.isDoneByTheCompiler(lookup));
  }

  private static boolean isOfThisBuild(Path file) {
    return file.toFile().lastModified() > PROGRAM.toFile().lastModified();
  }

  private static boolean concernsUs(Lookup lookup) {
    return !lookup.caller().startsWith(LINKING)
        && !lookup.caller().endsWith(GENERATED)
        && !lookup.what().startsWith(Lookups.class.getPackageName())
        && OURS.stream().anyMatch(name -> lookup.caller().startsWith(name) || lookup.isOf(name));
  }

  @Test
  void everyLookupFindsInABinaryWhatItFindsHere() {
    Set<String> missing = new TreeSet<>();
    for (Lookup lookup : lookups) {
      if (!sources.have(lookup)) {
        missing.add(lookup.toString());
      }
    }
    assertThat(missing, empty());
  }

  @Test
  void theRecordingIsOne() {
    assertThat("by Smack", by("org.jivesoftware.smack."), greaterThan(100L));
    assertThat("by Camel, of ours", by("org.apache.camel.component.bean."), greaterThan(100L));
    assertThat("by us", by("org.serverroster."), greaterThan(5L));
  }

  private static long by(String caller) {
    return lookups.stream().filter(lookup -> lookup.caller().startsWith(caller)).distinct().count();
  }
}
