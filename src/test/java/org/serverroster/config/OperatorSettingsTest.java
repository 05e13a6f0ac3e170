package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The operator's {@code application.properties} explains every setting, and none that is not. */
class OperatorSettingsTest {

  private static final Pattern LINE = Pattern.compile("#?(roster\\.[^= ]+)=(.*)");

  @Test
  void everySettingIsExplainedAndNoOther() throws IOException {
    Map<String, String> lines = lines();
    SettingsCheck check = new SettingsCheck(lines.keySet(), key -> Optional.of("anything"));
    assertEquals(
        List.of(),
        check.problems().stream().filter(line -> line.contains("is not a setting")).toList());
    TreeSet<String> missing = new TreeSet<>(check.keys());
    missing.removeAll(lines.keySet());
    assertTrue(missing.isEmpty(), "not explained: " + missing);
  }

  @Test
  void whatIsShownMakesSense() throws IOException {
    Map<String, String> lines = lines();
    lines.putAll(
        Map.of(
            "roster.xmpp.component", "example.org",
            "roster.xmpp.secret", "s3cret",
            "roster.base-url", "https://roster.example.org",
            "roster.admins.mail", "a@example.org",
            "roster.admin.password", "wherefore-art-thou",
            "roster.commands.secret", "whsec_YSBzZWNyZXQgb2YgMjQgYnl0ZXMuLi4u",
            "roster.users.gatekeeper.password", "$2y$12$" + "x".repeat(53)));
    assertEquals(
        List.of(),
        new SettingsCheck(lines.keySet(), key -> Optional.ofNullable(lines.get(key))).problems());
  }

  /** The settings of the file, those in comments too. */
  private static Map<String, String> lines() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("application.properties"))) {
      var matcher = LINE.matcher(line);
      if (matcher.matches()) {
        lines.put(matcher.group(1), matcher.group(2));
      }
    }
    return lines;
  }
}
