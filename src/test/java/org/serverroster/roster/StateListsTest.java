package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Statements that spell a list of states name those that {@link Subscription} means. */
class StateListsTest {

  private static final Pattern LIST =
      Pattern.compile("\\bstate\\)? (?:not )?in \\((('[a-z+-]+'(?:, )?)+)\\)");

  @Test
  void whoseComingAndGoingIsKeptIsWhomWeMaySee() throws IOException {
    Set<String> seen = states(Subscription::to);
    assertEquals(List.of(seen, seen, seen), lists(Path.of("routes/presence.yaml")));
  }

  @Test
  void whoseNameOthersMayNotResembleIsWhoIsTrusted() throws IOException {
    Path dossier = Path.of("routes/dossier.yaml");
    Set<String> trusted = states(Subscription::from);
    assertEquals(List.of(trusted), lists(dossier));
    Matcher bound = Pattern.compile("state <= '([a-z+-]+)'").matcher(Files.readString(dossier));
    assertEquals(true, bound.find(), "the bound for H2");
    String last = bound.group(1);
    assertEquals(
        List.of(), trusted.stream().filter(state -> state.compareTo(last) > 0).toList(), last);
  }

  @Test
  void whoIsGreetedIsWhomWeMaySeeAndWhoMaySeeUs() throws IOException {
    Properties settings = new Properties();
    try (var text = Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
      settings.load(text);
    }
    assertEquals(
        List.of(states(subscription -> subscription.to() || subscription.from())),
        lists(settings.getProperty("sql.is-told")));
  }

  @Test
  void noOtherStatementSpellsAListOfStates() throws IOException {
    try (Stream<Path> routes = Files.list(Path.of("routes"))) {
      Set<String> spelling = new TreeSet<>();
      for (Path route : routes.toList()) {
        if (!lists(route).isEmpty()) {
          spelling.add(route.getFileName().toString());
        }
      }
      assertEquals(Set.of("dossier.yaml", "presence.yaml"), spelling);
    }
  }

  private static Set<String> states(Predicate<Subscription> wanted) {
    return Arrays.stream(Subscription.values())
        .filter(wanted)
        .map(Subscription::state)
        .collect(Collectors.toSet());
  }

  private static List<Set<String>> lists(Path file) throws IOException {
    return lists(Files.readString(file));
  }

  private static List<Set<String>> lists(String text) {
    List<Set<String>> lists = new ArrayList<>();
    for (Matcher list = LIST.matcher(text); list.find(); ) {
      lists.add(Set.of(list.group(1).replace("'", "").split(", ")));
    }
    return lists;
  }
}
