package org.serverroster.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
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
    assertEquals(
        List.of(),
        broken(Schemas.schema(Schemas.GOLDEN, kind), Schemas.schema(Schemas.CURRENT, kind)));
  }

  /** For commands it is the other way round: what a sender may send, we still take. */
  @Test
  void aCommandAsPromisedIsStillTaken() {
    JsonNode promised = Schemas.schema(Schemas.GOLDEN, "command.v1");
    JsonNode current = Schemas.schema(Schemas.CURRENT, "command.v1");
    assertEquals(List.of(), broken(promised, current));
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
