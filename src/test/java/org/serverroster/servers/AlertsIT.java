package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alert rules of deploy/prometheus, by Prometheus' own tool. */
@Tag("servers")
class AlertsIT {

  private static final Path RULES = Path.of("deploy/prometheus/server-roster.rules.yaml");
  private static final Path TEST = Path.of("deploy/prometheus/server-roster.rules-test.yaml");

  @TempDir private Path folder;

  @Test
  void eachAlertComesWhenItShouldAndOnlyThen() throws Exception {
    var answer = promtool(RULES, TEST);
    assertThat(answer.text(), answer.code(), is(0));
    assertThat(answer.text(), containsString("SUCCESS"));
  }

  /** Each threshold moved away: a test that cannot fail would be none. */
  @Test
  void anAlertThatNeverComesIsNoticed() throws Exception {
    String rules = Files.readString(RULES);
    Matcher expression = Pattern.compile("( +expr: )(.*)\n").matcher(rules);
    while (expression.find()) {
      var broken =
          rules.substring(0, expression.start(2))
              + "vector(0) > 1"
              + rules.substring(expression.end(2));
      Files.writeString(folder.resolve(RULES.getFileName()), broken);
      Files.copy(
          TEST,
          folder.resolve(TEST.getFileName()),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      var answer =
          promtool(folder.resolve(RULES.getFileName()), folder.resolve(TEST.getFileName()));
      assertThat(expression.group(2), answer.code(), is(not(0)));
    }
  }

  private record Answer(int code, String text) {}

  private static Answer promtool(Path rules, Path test) throws IOException, InterruptedException {
    for (var words :
        List.of(
            List.of("check", "rules", rules.toString()),
            List.of("test", "rules", test.toString()))) {
      var command = new java.util.ArrayList<>(List.of("promtool"));
      command.addAll(words);
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var text = new String(process.getInputStream().readAllBytes());
      var code = process.waitFor();
      if (code != 0 || words.get(0).equals("test")) {
        return new Answer(code, text);
      }
    }
    throw new IllegalStateException();
  }
}
