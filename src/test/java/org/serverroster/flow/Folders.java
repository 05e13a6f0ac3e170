package org.serverroster.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Folders for events and lines out and commands in, as the smallest pipeline there is. */
public class Folders implements QuarkusTestResourceLifecycleManager {

  private static Path folder;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("server-roster-folders");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(
        "roster.events.uri",
        "file:%s?tempPrefix=.".formatted(folder.resolve("events")),
        "roster.notify.uri",
        "file:%s?fileName=lines.txt&fileExist=Append&appendChars=\\n".formatted(folder),
        "roster.commands.uri",
        "file:%s?delay=100".formatted(folder.resolve("commands")),
        "roster.commands.authenticated",
        "true");
  }

  /** The events about one peer. */
  static List<JsonNode> about(String peer) throws IOException {
    return all().stream()
        .filter(event -> event.path("subject").asText().equals(peer))
        .sorted(Comparator.comparing(event -> event.path("sequence").asText()))
        .toList();
  }

  /** All events. */
  static List<JsonNode> all() throws IOException {
    Path events = folder.resolve("events");
    if (!Files.exists(events)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(events)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .map(file -> Schemas.tree(read(file)))
          .toList();
    }
  }

  /** Takes an event away, as if it had never arrived. */
  static void lose(JsonNode event) throws IOException {
    Files.delete(folder.resolve("events").resolve(event.path("id").asText() + ".json"));
  }

  /** All lines that people were told. */
  static List<String> lines() {
    Path lines = folder.resolve("lines.txt");
    return Files.exists(lines) ? read(lines).lines().toList() : List.of();
  }

  /** Puts a command into its folder, whole. */
  static void command(String name, byte[] text) throws IOException {
    Path written = Files.write(folder.resolve(name), text);
    Files.createDirectories(folder.resolve("commands"));
    Files.move(written, folder.resolve("commands").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The commands that are still there. */
  static List<String> waiting() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("commands"))) {
      return files.filter(Files::isRegularFile).map(Path::toString).toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> file.delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
