package org.serverroster.fault;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The fault tests in short, by a fixed seed; a class for each, since they take longest of all.
 * {@code bin/fault-test} runs them for longer; docs/reliability.md tells what is checked.
 */
final class Faults {

  static final long SEED = 267;

  private static final Path FOLDER = Path.of("target", "fault", "it");
  private static final int MOST_SHOWN = 12;

  private Faults() {}

  /** Where a run keeps what everybody saw. */
  static Path folder(String name) {
    return FOLDER.resolve(name);
  }

  /** No finding; else what everybody has kept and logged stays, also beyond a second try. */
  static void holds(List<?> findings, Path folder) throws IOException {
    if (!findings.isEmpty()) {
      Path kept = folder.resolveSibling(folder.getFileName() + "-" + System.currentTimeMillis());
      Files.move(folder, kept);
      fail(
          "%d findings, see %s: %s"
              .formatted(findings.size(), kept, findings.stream().limit(MOST_SHOWN).toList()));
    }
  }
}
