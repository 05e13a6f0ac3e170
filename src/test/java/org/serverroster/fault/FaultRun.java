package org.serverroster.fault;

import static java.util.Locale.ROOT;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs the slices of a fault test, each in a folder of its own, and sums up. What is done is kept
 * in {@code state.json}, so that a run that was interrupted goes on where it was. Started by {@code
 * bin/fault-test}.
 */
final class FaultRun {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_SHOWN = 12;

  /** A take-over that lasts longer is warned of; on a machine without other work it never does. */
  private static final long TAKEOVER_SLOW = 10_000;

  /** A take-over that lasts longer is a finding, in milliseconds. */
  private static final long TAKEOVER_WITHIN = 30_000;

  /** In every so many slices most mails come in digests. */
  private static final int DIGESTS_EACH = 3;

  private final Path folder;
  private final Arguments arguments;
  private final String build;
  private final List<Slice> done = new ArrayList<>();

  private FaultRun(Path folder, Arguments arguments, String build) {
    this.folder = folder;
    this.arguments = arguments;
    this.build = build;
    if (!Files.exists(state())) {
      return;
    }
    try {
      State kept = JSON.readValue(state().toFile(), State.class);
      if (build.equals(kept.build())) {
        done.addAll(kept.slices());
        return;
      }
    } catch (IOException unknown) {
      // of an earlier form, or cut off: it cannot be told of which build it is
    }
    System.out.println(state() + " is of another build, so the run begins anew");
  }

  /** What is kept between two runs of one build. */
  private record State(String build, List<Slice> slices) {}

  public static void main(String[] words) {
    try {
      System.exit(run(Arguments.of(words)) ? 0 : 1);
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      System.err.println(Arguments.USAGE);
      System.exit(2);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1); // threads of the ground would keep the JVM, and its servers, for ever
    }
  }

  private static boolean run(Arguments arguments) throws Exception {
    if (arguments.check() != null) {
      return check(arguments.check());
    }
    if (arguments.away() != null) {
      Away away =
          Away.run(
              Path.of("target", "fault", "away-" + arguments.away()),
              arguments.away(),
              arguments.time(),
              arguments.seed());
      System.out.println(away);
      return away.findings().isEmpty();
    }
    if (arguments.upgradeFrom() != null) {
      List<Finding> findings =
          RollingUpgrade.run(
              Path.of("target", "fault", "upgrade"), arguments.upgradeFrom(), arguments.seed());
      findings.forEach(System.out::println);
      System.out.println(findings.size() + " findings");
      return findings.isEmpty();
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
    return new FaultRun(folder, arguments, Build.digest(Build.program())).run();
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
    if (killed() >= arguments.kills()) {
      System.out.printf(
          "nothing is left to do: this build has had its %d kills; ask for more with --kills, take"
              + " another --seed, or remove %s to begin anew%n",
          killed(), folder);
    }
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
      keep();
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
    return done.stream()
        .allMatch(
            slice ->
                slice.findings().isEmpty()
                    && slice.takeovers().stream().allMatch(millis -> millis <= TAKEOVER_WITHIN));
  }

  /** In one step: whoever is killed meanwhile leaves the state of before. */
  private void keep() throws IOException {
    Path written = folder.resolve("state.json.new");
    JSON.writerWithDefaultPrettyPrinter().writeValue(written.toFile(), new State(build, done));
    Files.move(written, state(), StandardCopyOption.ATOMIC_MOVE);
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
      long most = takeovers.get(takeovers.size() - 1);
      System.out.printf(
          "another instance took over %d times, after %d ms (median), %d ms at most%n",
          takeovers.size(), takeovers.get(takeovers.size() / 2), most);
      if (most > TAKEOVER_WITHIN) {
        System.out.printf("FINDING: a take-over lasted longer than %d ms%n", TAKEOVER_WITHIN);
      } else if (most > TAKEOVER_SLOW) {
        System.out.printf("WARNING: a take-over lasted longer than %d ms%n", TAKEOVER_SLOW);
      }
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

    static final String USAGE =
        """
        usage: bin/fault-test [--kills N] [--seed S] [--instances I] [--server prosody|ejabberd]
                              [--database postgresql|h2] [--full-disk yes|no] [--slice KILLS] [--slices MOST]
               bin/fault-test --check FOLDER-OF-A-SLICE
               bin/fault-test --upgrade-from JAR-OF-AN-EARLIER-BUILD [--seed S]
               bin/fault-test --away smtp|database|xmpp|events [--for PT10M] [--seed S]\
        """;

    private static final Set<String> NAMES =
        Set.of(
            "--kills",
            "--seed",
            "--slice",
            "--slices",
            "--instances",
            "--server",
            "--database",
            "--full-disk",
            "--check",
            "--away",
            "--for",
            "--upgrade-from");

    /**
     * Reads a command line.
     *
     * @throws UsageException when it means nothing
     */
    static Arguments of(String... words) throws UsageException {
      Map<String, String> given = new TreeMap<>();
      for (int i = 0; i < words.length; i += 2) {
        if (!NAMES.contains(words[i])) {
          throw new UsageException(words[i] + " is no option");
        } else if (i + 1 == words.length || words[i + 1].startsWith("--")) {
          throw new UsageException(words[i] + " needs a value");
        } else if (given.put(words[i], words[i + 1]) != null) {
          throw new UsageException(words[i] + " is there twice");
        }
      }
      Arguments arguments =
          new Arguments(
              number(given, "--kills", 40),
              seed(given.getOrDefault("--seed", "1")),
              number(given, "--slice", 40),
              number(given, "--slices", Integer.MAX_VALUE),
              number(given, "--instances", 1),
              Ground.Kind.valueOf(one(given, "--server", "prosody", "ejabberd").toUpperCase(ROOT)),
              Ground.Store.valueOf(one(given, "--database", "postgresql", "h2").toUpperCase(ROOT)),
              one(given, "--full-disk", "yes", "no").equals("yes"),
              given.containsKey("--check") ? Path.of(given.get("--check")) : null,
              given.containsKey("--away")
                  ? one(given, "--away", Away.COMPONENTS.toArray(String[]::new))
                  : null,
              time(given.getOrDefault("--for", "PT10M")),
              given.containsKey("--upgrade-from") ? Path.of(given.get("--upgrade-from")) : null);
      if (arguments.store() == Ground.Store.H2 && arguments.instances() > 1) {
        throw new UsageException("--database h2 is that of one instance");
      }
      return arguments;
    }

    private static int number(Map<String, String> given, String name, int otherwise)
        throws UsageException {
      String value = given.getOrDefault(name, Integer.toString(otherwise));
      try {
        int number = Integer.parseInt(value);
        if (number > 0) {
          return number;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      throw new UsageException(name + " must be a number from 1 on, not " + value);
    }

    private static long seed(String value) throws UsageException {
      try {
        return Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw new UsageException("--seed must be a number, not " + value);
      }
    }

    private static Duration time(String value) throws UsageException {
      try {
        Duration time = Duration.parse(value);
        if (time.toMillis() > 0) {
          return time;
        }
      } catch (DateTimeParseException e) {
        // said below
      }
      throw new UsageException("--for must be a time such as PT10M, not " + value);
    }

    /** One of these words; the first when there is none. */
    private static String one(Map<String, String> given, String name, String... words)
        throws UsageException {
      String value = given.getOrDefault(name, words[0]);
      if (!List.of(words).contains(value)) {
        throw new UsageException(
            "%s must be %s, not %s".formatted(name, String.join(" or ", words), value));
      }
      return value;
    }
  }

  /** A command line that means nothing. */
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }
}
