package org.serverroster.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What every party of a run saw, in the order of one clock: a file of JSON lines. */
final class History implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final long began = System.nanoTime();
  private final List<Event> events = new ArrayList<>();
  private final Writer file;

  private History(Writer file) {
    this.file = file;
  }

  /** An empty history that is kept in that file; its folder is emptied first. */
  static History in(Path file) throws IOException {
    if (Files.exists(file.getParent())) {
      try (Stream<Path> paths = Files.walk(file.getParent())) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(file.getParent());
    return new History(Files.newBufferedWriter(file));
  }

  /** Reads a history that was kept. */
  static List<Event> read(Path file) throws IOException {
    List<Event> events = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      events.add(JSON.readValue(line, Event.class));
    }
    return events;
  }

  /**
   * Notes something that happens now.
   *
   * @param facts names and values in turn; a null value is left out
   */
  synchronized void note(String what, String... facts) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < facts.length; i += 2) {
      if (facts[i + 1] != null) {
        named.put(facts[i], facts[i + 1]);
      }
    }
    Event event = new Event((System.nanoTime() - began) / 1000, what, named);
    events.add(event);
    try {
      file.write(JSON.writeValueAsString(event));
      file.write('\n');
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of it so far. */
  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** How much there is so far. */
  synchronized int size() {
    return events.size();
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
