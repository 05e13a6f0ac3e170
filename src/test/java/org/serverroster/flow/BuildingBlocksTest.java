package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.language.bean.BeanExpression;
import org.junit.jupiter.api.Test;

/** What docs/building-blocks.md promises to the routes of others, and how ours call their beans. */
@QuarkusTest
class BuildingBlocksTest extends Story {

  private static final Pattern ENTRY = Pattern.compile("\\| `direct:([a-z-]+)` \\|");

  private static final Pattern REPLACED =
      Pattern.compile("(?m)^\\| `([a-z]+\\.yaml)` \\| (.*) \\|$");
  private static final Pattern NAME = Pattern.compile("`([a-z-]+)`");
  private static final Pattern ROUTE = Pattern.compile("- route:\n    id: (\\S+)");

  private static final Pattern CALL = Pattern.compile(" method:\n +ref: (\\w+)\n +method: (.+)\n");

  @Inject CamelContext camel;
  @Inject ProducerTemplate template;

  @Test
  void whatIsListedIsThere() throws IOException {
    Set<String> listed = found(ENTRY, Files.readString(Path.of("docs/building-blocks.md")));
    assertEquals(
        List.of("count-peers", "find-peer", "find-standing", "list-peers"), List.copyOf(listed));
    for (String id : listed) {
      assertNotNull(camel.getRoute(id), id);
    }
  }

  @Test
  void whatCanBeReplacedHasTheIdsThatAreListed() throws IOException {
    Map<String, Set<String>> listed = new TreeMap<>();
    for (MatchResult file :
        REPLACED.matcher(Files.readString(Path.of("docs/building-blocks.md"))).results().toList()) {
      listed.put(file.group(1), found(NAME, file.group(2)));
    }
    assertEquals(Set.of("notices.yaml", "events.yaml", "dossier.yaml"), listed.keySet());
    for (String file : listed.keySet()) {
      String text = Files.readString(Path.of("routes", file));
      assertEquals(found(ROUTE, text), listed.get(file), file);
    }
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void itAnswersAsItSays() {
    asks("built-upon.lit");
    Map<?, ?> standing =
        call("find-standing", Map.of("domain", "capulet.lit", "peer", "built-upon.lit"), Map.class);
    assertEquals("none+pending-in", standing.get("state"));
    assertNull(call("find-peer", Map.of("domain", "capulet.lit", "peer", "never.lit"), Map.class));
    Map<String, Object> page = new HashMap<>();
    page.put("domain", "capulet.lit");
    page.put("state", null);
    page.put("part", null);
    page.put("after", "");
    page.put("limit", 100);
    List<?> peers = call("list-peers", page, List.class);
    assertTrue(
        peers.stream().anyMatch(peer -> ((Map<?, ?>) peer).get("peer").equals("built-upon.lit")));
    List<?> counts = call("count-peers", Map.of(), List.class);
    assertTrue(((Map<?, ?>) counts.get(0)).containsKey("state"));
  }

  /** The long way copies the exchange: what leaves it must be seldom. */
  @Test
  void theExpressionsOfTheRoutesCallTheirBeansTheShortWay() throws IOException {
    var language = camel.resolveLanguage("bean");
    Set<String> theLongWay = new TreeSet<>();
    int calls = 0;
    try (var files = Files.newDirectoryStream(Path.of("routes"), "*.yaml")) {
      for (Path file : files) {
        for (MatchResult call : CALL.matcher(Files.readString(file)).results().toList()) {
          calls++;
          Object[] properties = {null, null, call.group(2), null, call.group(1), null, null};
          if (language.createExpression(null, properties) instanceof BeanExpression) {
            theLongWay.add(call.group(1) + "." + call.group(2));
          }
        }
      }
    }
    assertTrue(calls > 100, "expressions that call a bean: " + calls);
    assertEquals(
        Set.of(
            "auditTrail.verification(${header.CamelJdbcParameters[anchor]})",
            "eventsReceiver.refused(${header.CamelJdbcParameters})",
            "mailServer.judged(${header.CamelJdbcParameters})",
            "xmppServer.judged(${header.CamelJdbcParameters})",
            "noticesReceiver.refused(${header.CamelJdbcParameters})",
            "orders.open",
            "orders.parked"),
        theLongWay);
  }

  private <T> T call(String route, Map<String, Object> parameters, Class<T> answer) {
    return template.requestBodyAndHeader(
        "direct:" + route, null, "CamelJdbcParameters", parameters, answer);
  }
}
