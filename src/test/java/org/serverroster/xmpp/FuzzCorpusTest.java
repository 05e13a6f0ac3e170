package org.serverroster.xmpp;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs by which the fuzzer reached something new ({@code bin/fuzz}), once each. */
class FuzzCorpusTest {

  private static final Path CORPUS = Path.of("src/test/resources/fuzz");

  @BeforeAll
  static void ready() {
    Smack.ready();
  }

  static Stream<Path> stream() throws IOException {
    return files("stream");
  }

  static Stream<Path> handover() throws IOException {
    return files("handover");
  }

  @ParameterizedTest
  @MethodSource("stream")
  void aStreamSurvives(Path input) {
    // Generous: it is there for what never ends.
    assertTimeoutPreemptively(
        Duration.ofSeconds(90), () -> StreamFuzz.fuzzerTestOneInput(Files.readAllBytes(input)));
  }

  @ParameterizedTest
  @MethodSource("handover")
  void aHandOverSurvives(Path input) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(90), () -> HandoverFuzz.fuzzerTestOneInput(Files.readAllBytes(input)));
  }

  /** The targets reach what they are for: a good stanza is read, and a bad one is noticed. */
  @Test
  void theTargetsReachTheParser() {
    String good = "<presence from='montague.lit' to='capulet.lit' type='subscribe'/>";
    assertTrue(
        StreamFuzz.read(List.of((StreamFuzz.OPEN + good).getBytes(StandardCharsets.UTF_8))).size()
            == 1);
    assertTrue(StreamFuzz.read(List.of("<stream><presence".getBytes())).isEmpty());
  }

  private static Stream<Path> files(String target) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(CORPUS.resolve(target))) {
      files = listed.sorted().toList();
    }
    assertTrue(files.size() > 3, "the corpus is in the repository");
    return files.stream();
  }
}
