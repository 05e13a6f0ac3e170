package org.serverroster.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Tells one build of the program from another, by what is in it: its times do not count. */
final class Build {

  private Build() {}

  /** The program that is run. */
  static Path program() {
    return Path.of(System.getProperty("server-roster.jar", "target/quarkus-app/quarkus-run.jar"));
  }

  /**
   * SHA-256 of the program's own jars, what their entries are called and contain, and of the names
   * of its libraries.
   */
  static String digest(Path program) throws IOException {
    MessageDigest digest = sha256();
    Path folder = program.toAbsolutePath().getParent();
    List<Path> own = jars(folder.resolve("app"));
    for (Path jar : own.isEmpty() ? List.of(program) : own) {
      add(digest, jar);
    }
    for (Path library : jars(folder.resolve("lib"))) {
      digest.update(library.getFileName().toString().getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static List<Path> jars(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static void add(MessageDigest digest, Path jar) throws IOException {
    try (ZipFile file = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> entries =
          file.stream().sorted(Comparator.comparing(ZipEntry::getName)).toList();
      for (ZipEntry entry : entries) {
        digest.update(entry.getName().getBytes(StandardCharsets.UTF_8));
        digest.update(file.getInputStream(entry).readAllBytes());
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
