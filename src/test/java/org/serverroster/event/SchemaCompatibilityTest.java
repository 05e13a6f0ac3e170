package org.serverroster.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.flow.Schemas;

/**
 * What was promised once stays: a schema may only grow. An incompatible change needs a new version
 * of the kind, beside the old one. The golden copies change only together with a release.
 */
class SchemaCompatibilityTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "roster.changed.v1",
        "request.opened.v1",
        "request.ended.v1",
        "delivery.sent.v1",
        "delivery.failed.v1",
        "presence.changed.v1",
        "command.answered.v1"
      })
  void aReaderOfThePromisedSchemaReadsTheCurrentOne(String kind) {
    JsonNode promised = Schemas.schema(Schemas.GOLDEN, kind);
    JsonNode current = Schemas.schema(Schemas.CURRENT, kind);
    assertEquals(List.of(), broken(promised, current));
    assertEquals(List.of(), outside(promised, current));
  }

  /** For commands it is the other way round: what a sender may send, we still take. */
  @Test
  void aCommandAsPromisedIsStillTaken() {
    JsonNode promised = Schemas.schema(Schemas.GOLDEN, "command.v1");
    JsonNode current = Schemas.schema(Schemas.CURRENT, "command.v1");
    assertEquals(List.of(), broken(promised, current));
    assertEquals(List.of(), outside(current, promised));
    assertTrue(names(promised.path("required")).containsAll(names(current.path("required"))));
    assertTrue(
        names(current.at("/properties/action/enum"))
            .containsAll(names(promised.at("/properties/action/enum"))));
  }

  @Test
  void aBrokenPromiseIsSeen() {
    JsonNode promised = Schemas.schema(Schemas.GOLDEN, "roster.changed.v1");
    ObjectNode broken = promised.deepCopy();
    ((ObjectNode) broken.path("properties")).remove("trusted");
    assertFalse(broken(promised, broken).isEmpty());
    broken = promised.deepCopy();
    ((ObjectNode) broken.at("/properties/state")).put("type", "number");
    assertFalse(broken(promised, broken).isEmpty());
    broken = promised.deepCopy();
    broken.putArray("required");
    assertFalse(broken(promised, broken).isEmpty());
    ObjectNode grown = promised.deepCopy();
    ((ObjectNode) grown.path("properties")).set("more", new ObjectMapper().createObjectNode());
    assertEquals(List.of(), broken(promised, grown));
  }

  @Test
  void aBoundThatWasMovedIsSeen() {
    ObjectNode narrow = new ObjectMapper().createObjectNode();
    narrow
        .putObject("properties")
        .putObject("text")
        .put("minLength", 3)
        .put("maxLength", 320)
        .put("minimum", 1)
        .put("maximum", 9);
    assertEquals(List.of(), outside(narrow, narrow));
    Map.of("minLength", 2, "maxLength", 321, "minimum", 0, "maximum", 10)
        .forEach(
            (keyword, bound) -> {
              ObjectNode wide = narrow.deepCopy();
              ((ObjectNode) wide.at("/properties/text")).put(keyword, bound);
              assertEquals(List.of("text." + keyword), outside(narrow, wide));
              assertEquals(List.of(), outside(wide, narrow));
              ((ObjectNode) wide.at("/properties/text")).remove(keyword);
              assertEquals(List.of("text." + keyword), outside(narrow, wide));
              assertEquals(List.of(), outside(wide, narrow));
            });
  }

  /**
   * Where what is written by one schema may be less or more than who reads by the other is ready
   * for. For events the promised one is read and the current one written, for commands the other
   * way round.
   */
  private static List<String> outside(JsonNode read, JsonNode written) {
    List<String> outside = new ArrayList<>();
    for (var property : read.path("properties").properties()) {
      JsonNode there = written.path("properties").path(property.getKey());
      for (String keyword : List.of("minLength", "maxLength", "minimum", "maximum")) {
        JsonNode bound = property.getValue().path(keyword);
        JsonNode other = there.path(keyword);
        if (!there.isMissingNode() && !bound.isMissingNode()) {
          int beyond = Double.compare(other.doubleValue(), bound.doubleValue());
          if (other.isMissingNode() || (keyword.startsWith("min") ? beyond < 0 : beyond > 0)) {
            outside.add(property.getKey() + "." + keyword);
          }
        }
      }
    }
    return outside;
  }

  private static List<String> broken(JsonNode promised, JsonNode current) {
    List<String> broken = new ArrayList<>();
    for (String keyword : List.of("$id", "type", "additionalProperties")) {
      if (!promised.path(keyword).equals(current.path(keyword))) {
        broken.add(keyword);
      }
    }
    if (!names(current.path("required")).containsAll(names(promised.path("required")))) {
      broken.add("required");
    }
    promised
        .path("properties")
        .properties()
        .forEach(
            property -> {
              JsonNode now = current.path("properties").path(property.getKey());
              for (String keyword : List.of("type", "format", "enum", "const", "pattern")) {
                if (!property.getValue().path(keyword).equals(now.path(keyword))) {
                  broken.add(property.getKey() + "." + keyword);
                }
              }
            });
    return broken;
  }

  private static Set<String> names(JsonNode list) {
    Set<String> names = new TreeSet<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }
}
