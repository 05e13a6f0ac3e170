package org.serverroster.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Holds an event to what docs/events.md promises: CloudEvents, and the schema of its data. */
public final class Schemas {

  /** Where the product keeps them. */
  public static final String CURRENT = "/events/%s.schema.json";

  /** As they were when they were first promised. */
  public static final String GOLDEN = "/events/golden/%s.schema.json";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String TYPE = "org.serverroster.";

  /** What is wrong with an event; empty when nothing is. */
  public static List<String> violations(String event) {
    CloudEvent read;
    try {
      read = new JsonFormat().deserialize(event.getBytes(StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      return List.of("no CloudEvent: " + event);
    }
    String kind = read.getType().substring(TYPE.length());
    List<String> violations = new ArrayList<>();
    if (!("urn:server-roster:event:" + kind).equals(String.valueOf(read.getDataSchema()))) {
      violations.add("dataschema of " + event);
    }
    for (String place : List.of(CURRENT, GOLDEN)) {
      violations(place, kind, tree(event).path("data"))
          .forEach(violation -> violations.add(place + " " + violation + " in " + event));
    }
    return violations;
  }

  /** What is wrong with an object by the schema of that name. */
  public static List<String> violations(String place, String name, JsonNode object) {
    SchemaValidatorsConfig formats =
        SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(schema(place, name), formats);
    return schema.validate(object).stream().map(Object::toString).toList();
  }

  /** The schema of that name. */
  public static JsonNode schema(String place, String name) {
    try (InputStream schema = Schemas.class.getResourceAsStream(place.formatted(name))) {
      return MAPPER.readTree(schema);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Schemas() {}
}
