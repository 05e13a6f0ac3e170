package org.serverroster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator reads at night (docs/runbook.md) speaks of what is there. */
class RunbookTest {

  private static final Path RULES = Path.of("deploy/prometheus/server-roster.rules.yaml");
  private static final Path SETTINGS = Path.of("application.properties");

  /** A text of Java's, and its content. */
  private static final String TEXT = "\"((?:[^\"\\\\\n]++|\\\\.)*+)\"";

  /** What is said below INFO an operator does not see. */
  private static final Pattern SAID_IN_JAVA =
      Pattern.compile("\\bLOG\\s*\\.(?:info|warn|error)f?\\(\\s*" + TEXT);

  /** Where a text has a value: in Java's three ways to write it, and in a route's. */
  private static final Pattern VALUE = Pattern.compile("\\$\\{[^}]*}|%[a-z]|\\{}");

  private static String runbook;
  private static String program;

  /** The texts of all lines of the log, with their values left open. */
  private static List<String> lines;

  @BeforeAll
  static void read() throws IOException {
    runbook = Files.readString(Path.of("docs/runbook.md"));
    program = all(Path.of("src/main/java"), ".java");
    lines = new ArrayList<>(found(SAID_IN_JAVA, program));
    try (Stream<Path> routes = Files.list(Path.of("routes"))) {
      for (Path route : routes.sorted().toList()) {
        new YAMLMapper()
            .readTree(route.toFile())
            .findValues("log")
            .forEach(step -> addLine(step, lines));
      }
    }
  }

  @Test
  void eachAlertHasItsSectionAndNoOther() throws IOException {
    List<String> alerts = new ArrayList<>();
    new YAMLMapper()
        .readTree(RULES.toFile())
        .findValues("alert")
        .forEach(name -> alerts.add(name.asText()));
    assertTrue(alerts.size() > 10, "the alerts are found");
    assertEquals(alerts, found(Pattern.compile("(?m)^## (ServerRoster\\w+)$"), runbook));
  }

  /** A word that is written as {@code log `word`}. */
  @Test
  void eachWordOfTheLogIsOneThatIsWritten() {
    Set<String> texts = new TreeSet<>(found(Pattern.compile(TEXT), program));
    List<String> words = found(Pattern.compile("(?i)\\blog `([^`]+)`"), runbook);
    assertTrue(words.size() > 30, "the words are found");
    assertEquals(
        Set.of(),
        words.stream()
            .filter(word -> !word.equals("word")) // the page's own explanation
            .filter(word -> lines.stream().noneMatch(line -> says(line, word, texts)))
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void eachSettingIsOneThatThereIs() throws IOException {
    String settings = Files.readString(SETTINGS).replaceAll("users\\.\\w+\\.", "users.NAME.");
    List<String> named = found(Pattern.compile("`(roster\\.[a-zA-Z.-]+[a-z])`"), runbook);
    assertTrue(named.size() > 20, "the settings are found");
    assertEquals(
        Set.of(),
        named.stream()
            .filter(name -> !settings.contains(name + "="))
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void eachSectionThatIsReferredToIsThere() {
    List<String> there =
        found(Pattern.compile("(?m)^#+ (.*)$"), runbook).stream()
            .map(heading -> heading.toLowerCase(Locale.ROOT).replace(' ', '-'))
            .toList();
    List<String> missing =
        found(Pattern.compile("\\]\\(#([^)]*)\\)"), runbook).stream()
            .filter(anchor -> !there.contains(anchor))
            .toList();
    assertEquals(List.of(), missing);
  }

  /** Whether a line has the word as it stands, or begins with it once its value is put in. */
  private static boolean says(String line, String word, Set<String> texts) {
    if (Pattern.compile("(?<![\\w-])" + Pattern.quote(word) + "(?![\\w-])").matcher(line).find()) {
      return true;
    }
    String first = line.split("\\s", 2)[0];
    List<String> around = List.of(VALUE.split(first, -1));
    if (around.size() != 2) {
      return false;
    }
    String before = around.get(0);
    String after = around.get(1);
    return word.length() > before.length() + after.length()
        && word.startsWith(before)
        && word.endsWith(after)
        && texts.contains(word.substring(before.length(), word.length() - after.length()));
  }

  private static void addLine(JsonNode step, List<String> lines) {
    if (!step.path("loggingLevel").asText("INFO").equals("DEBUG")) {
      lines.add(step.path("message").asText());
    }
  }

  private static String all(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      StringBuilder text = new StringBuilder();
      for (Path file : files.filter(each -> each.toString().endsWith(ending)).toList()) {
        text.append(Files.readString(file));
      }
      return text.toString();
    }
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(RunbookTest::first).toList();
  }

  private static String first(MatchResult match) {
    return match.group(1);
  }
}
