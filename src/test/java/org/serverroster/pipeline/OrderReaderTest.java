package org.serverroster.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.flow.Schemas;

/** What is read as a command is what the schema says, no more and no less. */
class OrderReaderTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SMALLEST =
      """
      {"version": 1, "id": "chg-4711", "action": "approve", "domain": "capulet.lit",
       "peer": "montague.lit", "actor": "juliet@capulet.lit"}
      """;

  private final OrderReader reader = new OrderReader();

  @Test
  void theSmallestOneIsRead() throws Exception {
    Order order = read(SMALLEST);
    assertEquals("chg-4711", order.id());
    assertEquals("approve", order.action());
    assertEquals(List.of(), violations(MAPPER.readTree(SMALLEST)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version | 0",
        "version | 2",
        "version | 1.5",
        "version | \"1\"",
        "version | true",
        "id | \"\"",
        "id | \"with a space\"",
        "id | 4711",
        "action | \"unblock\"",
        "action | \"APPROVE\"",
        "action | [\"approve\"]",
        "domain | \"\"",
        "domain | true",
        "peer | \"\"",
        "actor | \"x\"",
        "actor | {}",
        "preApprove | \"true\"",
        "subscribeBack | 1",
        "block | [true]",
        "note | 7",
        "note | null",
        "preApprove | null",
        "subscribeBack | null",
        "block | null",
        "version | null",
        "surprise | 1",
      })
  void whatTheSchemaRefusesIsRefused(String field, String value) throws Exception {
    JsonNode order = with(field, value);
    assertFalse(violations(order).isEmpty(), "the schema refuses it");
    assertThrows(UnacceptableException.class, () -> read(order.toString()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "action | \"subscribe\"",
        "action | \"revoke\"",
        "action | \"block\"",
        "action | \"deny\"",
        "preApprove | false",
        "subscribeBack | false",
        "block | true",
        "note | \"because\"",
        "note | \"\"",
        "note | \"CHG0041\\r\\nagreed\"",
        "note | \"tab\\tand line\\rends\\n\"",
      })
  void whatTheSchemaAllowsIsRead(String field, String value) throws Exception {
    JsonNode order = with(field, value);
    assertEquals(List.of(), violations(order));
    read(order.toString());
  }

  /** To JSON they are the same number. */
  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1e0", "10e-1"})
  void theVersionMayBeWrittenAsAnyNumberThatIsOne(String version) throws Exception {
    String order = SMALLEST.replace("\"version\": 1", "\"version\": " + version);
    assertEquals(List.of(), violations(MAPPER.readTree(order)));
    assertEquals("chg-4711", read(order).id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e400", "1e999999999", "1.00000000000000000000000000001", "11111111111"})
  void whatIsNearlyAVersionIsNone(String version) {
    String order = SMALLEST.replace("\"version\": 1", "\"version\": " + version);
    assertThrows(UnacceptableException.class, () -> read(order));
  }

  @Test
  void whoAsksForWhatIsKnownWhateverIsWrongWithTheRest() throws Exception {
    ObjectNode order = (ObjectNode) MAPPER.readTree(SMALLEST);
    order.put("version", 2).put("peer", 7).put("surprise", "x");
    assertEquals(
        Map.of("id", "chg-4711", "action", "approve", "actor", "juliet@capulet.lit"),
        reader.names(reader.parse(order.toString())));
    order.put("id", "with a space").put("action", "unblock").put("actor", "a\ud800b");
    assertEquals(Map.of(), reader.names(reader.parse(order.toString())));
  }

  @Test
  void lineEndsOfANoteAreLineFeeds() throws Exception {
    JsonNode order = with("note", "\"a\\r\\nb\\rc\\n\"");
    assertEquals("a\nb\nc\n", read(order.toString()).note());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "note | \"a\\u0007b\" | control character",
        "note | \"a\\ud83d\" | surrogate",
        "note | 7 | note: not text",
        "note | null | note: not text",
        "block | \"true\" | block: neither true nor false",
        "version | \"1\" | version: not a whole number",
        "version | 1.5 | version: not a whole number",
        "peer | 7 | peer: not text",
        "peer | \"\" | peer: not 1 to 1023 characters",
        "peer | \"a\\u0007b\" | peer: a control character",
        "id | \"with a space\" | id: not 1 to 200 printable",
      })
  void aReasonSaysWhatIsWrong(String field, String value, String reason) throws Exception {
    JsonNode order = with(field, value);
    UnacceptableException refusal =
        assertThrows(UnacceptableException.class, () -> read(order.toString()));
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "id", "action", "domain", "peer", "actor"})
  void whatIsRequiredMustBeThere(String field) throws Exception {
    ObjectNode order = (ObjectNode) MAPPER.readTree(SMALLEST);
    order.remove(field);
    assertFalse(violations(order).isEmpty());
    assertThrows(UnacceptableException.class, () -> read(order.toString()));
  }

  @Test
  void lengthsHold() throws Exception {
    ObjectNode order = (ObjectNode) MAPPER.readTree(SMALLEST);
    order.put("note", "n".repeat(2000));
    read(order.toString());
    order.put("note", "n".repeat(2001));
    assertFalse(violations(order).isEmpty());
    assertThrows(UnacceptableException.class, () -> read(order.toString()));
    order.remove("note");
    order.put("id", "i".repeat(201));
    assertFalse(violations(order).isEmpty());
    assertThrows(UnacceptableException.class, () -> read(order.toString()));
  }

  /** Each limit of the schema, from both sides. */
  @ParameterizedTest
  @ValueSource(strings = {"id", "domain", "peer", "actor", "note"})
  void whatIsWithinItsLimitsIsReadAndNothingElse(String field) throws Exception {
    JsonNode schema = Schemas.schema(Schemas.CURRENT, "command.v1").path("properties").path(field);
    int longest = schema.path("maxLength").intValue();
    int shortest = schema.path("minLength").intValue();
    for (int length : Set.of(shortest, longest)) {
      JsonNode order = with(field, '"' + "a".repeat(length) + '"');
      assertEquals(List.of(), violations(order), field + " of " + length);
      read(order.toString());
    }
    for (int length : Set.of(shortest - 1, longest + 1)) {
      if (length >= 0) {
        JsonNode order = with(field, '"' + "a".repeat(length) + '"');
        assertFalse(violations(order).isEmpty(), field + " of " + length);
        assertThrows(
            UnacceptableException.class, () -> read(order.toString()), field + " of " + length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"approve\"",
        "approve montague.lit",
        "{\"version\": 1,",
        "{\"version\": 1} {\"version\": 1}",
        "{\"version\": 1, \"version\": 1}",
        "<command/>"
      })
  void whatIsNoObjectOfJsonIsRefused(String text) {
    assertThrows(UnacceptableException.class, () -> read(text));
  }

  @Test
  void aFieldTwiceIsRefused() {
    String twice = SMALLEST.replace("\"peer\"", "\"peer\": \"verona.lit\", \"peer\"");
    assertThrows(UnacceptableException.class, () -> read(twice));
  }

  @Test
  void somethingBehindItIsRefused() {
    assertThrows(UnacceptableException.class, () -> read(SMALLEST + SMALLEST));
  }

  @Test
  void anotherVersionIsNamed() throws Exception {
    JsonNode order = with("version", "2");
    UnacceptableException refusal =
        assertThrows(UnacceptableException.class, () -> read(order.toString()));
    assertTrue(refusal.getMessage().contains("version 2 is not known"), refusal.getMessage());
  }

  @Test
  void deepNestingIsRefused() {
    String deep = "[".repeat(100_000);
    assertThrows(UnacceptableException.class, () -> read("{\"note\": " + deep));
  }

  private Order read(String text) throws UnacceptableException {
    return reader.read(reader.parse(text));
  }

  private static JsonNode with(String field, String value) throws Exception {
    ObjectNode order = (ObjectNode) MAPPER.readTree(SMALLEST);
    order.set(field, MAPPER.readTree(value));
    return order;
  }

  private static List<String> violations(JsonNode order) {
    return Schemas.violations(Schemas.CURRENT, "command.v1", order);
  }
}
