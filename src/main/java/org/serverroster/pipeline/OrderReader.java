package org.serverroster.pipeline;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.Set;
import org.serverroster.approval.Decisions;

/** Reads a command and holds it to its schema, {@code events/command.v1.schema.json}. */
final class OrderReader {

  private static final int VERSION = 1;
  private static final int DEEPEST = 4;
  private static final Set<String> ACTIONS =
      Set.of("subscribe", "approve", "deny", "revoke", "block");

  private final ObjectReader reader =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .withCoercionConfig(
              LogicalType.Textual,
              text -> {
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
              })
          .build()
          .readerFor(Order.class);

  OrderReader() {
    reader
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
  }

  /**
   * The command.
   *
   * @throws UnacceptableException when it is none
   */
  Order read(String text) throws UnacceptableException {
    Order order = parse(text);
    if (order == null || order.version() == null) {
      throw new UnacceptableException("version is missing: this program reads version " + VERSION);
    }
    if (order.version() != VERSION) {
      throw new UnacceptableException(
          "version " + order.version() + " is not known: this program reads version " + VERSION);
    }
    must(isText(order.id(), 1, 200) && order.id().matches("[!-~]+"), "id: 1 to 200 characters");
    must(order.action() != null && ACTIONS.contains(order.action()), "action: one of the five");
    must(isText(order.domain(), 1, 1023), "domain: one of our domains");
    must(isText(order.peer(), 1, 1023), "peer: the other server");
    must(isText(order.actor(), 3, 320), "actor: the acting person");
    String flaw = Decisions.flaw(Decisions.note(order.note())).orElse(null);
    must(flaw == null, "note: " + flaw);
    return order;
  }

  private Order parse(String text) throws UnacceptableException {
    try {
      return reader.readValue(text);
    } catch (UnrecognizedPropertyException e) {
      throw new UnacceptableException("there is a field that the schema does not have");
    } catch (JsonParseException e) {
      throw new UnacceptableException("not JSON, or a field twice");
    } catch (JsonProcessingException e) {
      throw new UnacceptableException("not a JSON object of the fields of the schema");
    }
  }

  private static void must(boolean holds, String rule) throws UnacceptableException {
    if (!holds) {
      throw new UnacceptableException("not as the schema says: " + rule);
    }
  }

  private static boolean isText(String text, int shortest, int longest) {
    return text != null
        && text.codePointCount(0, text.length()) >= shortest
        && text.codePointCount(0, text.length()) <= longest
        && text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t');
  }
}
