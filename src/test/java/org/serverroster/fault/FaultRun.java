package org.serverroster.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the slices of a fault test, each in a folder of its own, and sums up. What is done is kept
 * in {@code state.json}, so that a run that was interrupted goes on where it was. Started by {@code
 * bin/fault-test}.
 */
final class FaultRun {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_SHOWN = 12;

  /** In every so many slices most mails come in digests. */
  private static final int DIGESTS_EACH = 3;

  private final Path folder;
  private final Arguments arguments;
  private final List<Slice> done = new ArrayList<>();

  private FaultRun(Path folder, Arguments arguments) throws IOException {
    this.folder = folder;
    this.arguments = arguments;
    if (Files.exists(state())) {
      done.addAll(List.of(JSON.readValue(state().toFile(), Slice[].class)));
    }
  }

  public static void main(String[] words) throws Exception {
    Arguments arguments = Arguments.of(words);
    if (arguments.check() != null) {
      System.exit(check(arguments.check()) ? 0 : 1);
    }
    if (arguments.away() != null) {
      Away away =
          Away.run(
              Path.of("target", "fault", "away-" + arguments.away()),
              arguments.away(),
              arguments.time(),
              arguments.seed());
      System.out.println(away);
      System.exit(away.findings().isEmpty() ? 0 : 1);
    }
    if (arguments.upgradeFrom() != null) {
      List<Finding> findings =
          RollingUpgrade.run(
              Path.of("target", "fault", "upgrade"), arguments.upgradeFrom(), arguments.seed());
      findings.forEach(System.out::println);
      System.out.println(findings.size() + " findings");
      System.exit(findings.isEmpty() ? 0 : 1);
    }
    Path folder =
        Path.of(
            "target",
            "fault",
            "seed-%d-%d-%s-%s"
                .formatted(
                    arguments.seed(),
                    arguments.instances(),
                    arguments.server(),
                    arguments.store()));
    Files.createDirectories(folder);
    FaultRun run = new FaultRun(folder, arguments);
    boolean held = run.run();
    System.exit(held ? 0 : 1);
  }

  private static boolean check(Path folder) throws IOException {
    List<Finding> findings =
        Checker.check(
            History.read(folder.resolve("history.jsonl")),
            Books.read(folder.resolve("books.json")),
            Ground.ADMINISTRATORS);
    findings.forEach(System.out::println);
    System.out.println(findings.size() + " findings");
    return findings.isEmpty();
  }

  private boolean run() throws Exception {
    int slices = 0;
    while (killed() < arguments.kills() && slices++ < arguments.slices()) {
      int number = done.size();
      int kills = Math.min(arguments.slice(), arguments.kills() - killed());
      Path place = folder.resolve("slice-%03d".formatted(number));
      Slice slice =
          Slice.run(
              place,
              new Slice.Plan(
                  arguments.seed() + number,
                  kills,
                  arguments.instances(),
                  arguments.fullDisk(),
                  arguments.server(),
                  arguments.store(),
                  arguments.instances() > 1,
                  number % DIGESTS_EACH == DIGESTS_EACH - 1
                      ? Ground.Mails.MOSTLY_IN_DIGESTS
                      : Ground.Mails.SINGLE));
      done.add(slice);
      JSON.writerWithDefaultPrettyPrinter().writeValue(state().toFile(), done);
      System.out.printf(
          "slice %d: %d kills in %.1f s (%.2f s each), %d events kept in %s, %d findings%n",
          number,
          kills,
          slice.millis() / 1e3,
          slice.millis() / 1e3 / kills,
          slice.figures().values().stream().mapToLong(Long::longValue).sum(),
          place,
          slice.findings().size());
      slice.findings().stream()
          .limit(MOST_SHOWN)
          .forEach(finding -> System.out.println("  " + finding));
    }
    sumUp();
    return done.stream().allMatch(slice -> slice.findings().isEmpty());
  }

  private void sumUp() {
    Map<String, Integer> faults = new TreeMap<>();
    Map<String, Long> figures = new TreeMap<>();
    for (Slice slice : done) {
      slice.faults().forEach((fault, times) -> faults.merge(fault, times, Integer::sum));
      slice.figures().forEach((figure, count) -> figures.merge(figure, count, Long::sum));
    }
    long millis = done.stream().mapToLong(Slice::millis).sum();
    System.out.printf(
        "%nseed %d: %d of %d kills in %d slices, %.2f s each, %d findings%n",
        arguments.seed(),
        killed(),
        arguments.kills(),
        done.size(),
        millis / 1e3 / Math.max(1, killed()),
        done.stream().mapToInt(slice -> slice.findings().size()).sum());
    System.out.println("faults " + faults);
    System.out.println("seen " + figures);
    List<Long> takeovers =
        done.stream().flatMap(slice -> slice.takeovers().stream()).sorted().toList();
    if (!takeovers.isEmpty()) {
      System.out.printf(
          "a stream was up again after the end of an instance: %d times, median %d ms, most %d"
              + " ms%n",
          takeovers.size(),
          takeovers.get(takeovers.size() / 2),
          takeovers.get(takeovers.size() - 1));
    }
  }

  private int killed() {
    return done.stream().mapToInt(Slice::kills).sum();
  }

  private Path state() {
    return folder.resolve("state.json");
  }

  /** What the command line says. */
  record Arguments(
      int kills,
      long seed,
      int slice,
      int slices,
      int instances,
      Ground.Kind server,
      Ground.Store store,
      boolean fullDisk,
      Path check,
      String away,
      Duration time,
      Path upgradeFrom) {

    static Arguments of(String[] words) {
      Map<String, String> given = new TreeMap<>();
      for (int i = 0; i + 1 < words.length; i += 2) {
        given.put(words[i], words[i + 1]);
      }
      return new Arguments(
          number(given, "--kills", 40),
          number(given, "--seed", 1),
          number(given, "--slice", 40),
          number(given, "--slices", Integer.MAX_VALUE),
          number(given, "--instances", 1),
          Ground.Kind.valueOf(
              given.getOrDefault("--server", "prosody").toUpperCase(java.util.Locale.ROOT)),
          Ground.Store.valueOf(
              given.getOrDefault("--database", "postgresql").toUpperCase(java.util.Locale.ROOT)),
          !given.getOrDefault("--full-disk", "yes").equals("no"),
          given.containsKey("--check") ? Path.of(given.get("--check")) : null,
          given.get("--away"),
          Duration.parse(given.getOrDefault("--for", "PT10M")),
          given.containsKey("--upgrade-from") ? Path.of(given.get("--upgrade-from")) : null);
    }

    private static int number(Map<String, String> given, String name, int otherwise) {
      return given.containsKey(name) ? Integer.parseInt(given.get(name)) : otherwise;
    }
  }
}
