package org.serverroster.pipeline;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.serverroster.approval.Decisions;

/** Reads a command and holds it to its schema, {@code events/command.v1.schema.json}. */
final class OrderReader {

  private static final BigDecimal VERSION = BigDecimal.ONE;
  private static final int DEEPEST = 4;
  private static final int LONGEST_ID = 200;
  private static final int LONGEST_DOMAIN = 1023;
  private static final int SHORTEST_ACTOR = 3;
  private static final int LONGEST_ACTOR = 320;
  private static final Set<String> ACTIONS =
      Set.of("subscribe", "approve", "deny", "revoke", "block");
  private static final Set<String> FIELDS =
      Set.of(
          "version",
          "id",
          "action",
          "domain",
          "peer",
          "actor",
          "preApprove",
          "subscribeBack",
          "block",
          "note");

  private final ObjectReader reader =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build()
          .readerFor(JsonNode.class);

  OrderReader() {
    reader
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
  }

  /**
   * What may be a command.
   *
   * @throws UnacceptableException when it is no JSON object
   */
  JsonNode parse(String text) throws UnacceptableException {
    try {
      JsonNode order = reader.readTree(text);
      if (!order.isObject()) {
        throw new UnacceptableException("not a JSON object of the fields of the schema");
      }
      return order;
    } catch (JsonParseException e) {
      throw new UnacceptableException("not JSON, or a field twice");
    } catch (JsonProcessingException e) {
      throw new UnacceptableException("not a JSON object of the fields of the schema");
    }
  }

  /**
   * Who asks for what under which {@code id}, whatever is wrong with the rest; also {@code action}
   * and {@code actor}. What is not as the schema says is left out.
   */
  Map<String, String> names(JsonNode order) {
    Map<String, String> names = new HashMap<>();
    for (String field : new String[] {"id", "action", "actor"}) {
      try {
        names.put(field, name(order, field));
      } catch (UnacceptableException e) {
        // it has none that can be read
      }
    }
    return names;
  }

  /**
   * The command.
   *
   * @throws UnacceptableException when it is none
   */
  Order read(JsonNode order) throws UnacceptableException {
    for (Iterator<String> fields = order.fieldNames(); fields.hasNext(); ) {
      if (!FIELDS.contains(fields.next())) {
        throw new UnacceptableException("there is a field that the schema does not have");
      }
    }
    mustBeOurs(order.path("version"));
    return new Order(
        name(order, "id"),
        name(order, "action"),
        text(order, "domain", 1, LONGEST_DOMAIN),
        text(order, "peer", 1, LONGEST_DOMAIN),
        name(order, "actor"),
        choice(order, "preApprove"),
        choice(order, "subscribeBack"),
        choice(order, "block"),
        note(order));
  }

  private static void mustBeOurs(JsonNode version) throws UnacceptableException {
    if (version.isMissingNode()) {
      throw new UnacceptableException("version is missing: this program reads version " + VERSION);
    }
    // 1.0 is 1: to JSON they are the same number.
    must(version.isNumber() && version.canConvertToExactIntegral(), "version: not a whole number");
    if (version.decimalValue().compareTo(VERSION) != 0) {
      throw new UnacceptableException(
          "version %sis not known: this program reads version %s"
              .formatted(version.canConvertToInt() ? version.intValue() + " " : "", VERSION));
    }
  }

  private static String name(JsonNode order, String field) throws UnacceptableException {
    switch (field) {
      case "id":
        String id = text(order, field);
        must(
            id.length() <= LONGEST_ID && id.matches("[!-~]+"),
            "id: not 1 to 200 printable ASCII characters without a space");
        return id;
      case "action":
        String action = text(order, field);
        must(ACTIONS.contains(action), "action: not one of the five");
        return action;
      default:
        return text(order, field, SHORTEST_ACTOR, LONGEST_ACTOR);
    }
  }

  private static String text(JsonNode order, String field, int shortest, int longest)
      throws UnacceptableException {
    String text = text(order, field);
    int length = text.codePointCount(0, text.length());
    must(
        length >= shortest && length <= longest,
        "%s: not %d to %d characters".formatted(field, shortest, longest));
    must(
        text.codePoints().noneMatch(OrderReader::isNoText),
        field.concat(": a control character or half a surrogate pair is in it"));
    return text;
  }

  private static String text(JsonNode order, String field) throws UnacceptableException {
    must(order.has(field), field.concat(": missing"));
    must(order.path(field).isTextual(), field.concat(": not text"));
    return order.path(field).textValue();
  }

  private static Boolean choice(JsonNode order, String field) throws UnacceptableException {
    if (!order.has(field)) {
      return null;
    }
    must(order.path(field).isBoolean(), field.concat(": neither true nor false"));
    return order.path(field).booleanValue();
  }

  private static String note(JsonNode order) throws UnacceptableException {
    if (!order.has("note")) {
      return null;
    }
    String note = Decisions.note(text(order, "note"));
    Optional<String> flaw = Decisions.flaw(note);
    must(flaw.isEmpty(), "note: ".concat(flaw.orElse("")));
    return note;
  }

  private static boolean isNoText(int point) {
    return Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE;
  }

  private static void must(boolean holds, String otherwise) throws UnacceptableException {
    if (!holds) {
      throw new UnacceptableException("not as the schema says: " + otherwise);
    }
  }
}
