package org.serverroster.web;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.serverroster.roster.Change;
import org.serverroster.roster.Moments;

/** What those need who write or look after a pipeline: the schemas, and what was no command. */
@Path("/api/v1")
@RolesAllowed({"admin", "auditor"})
class PipelineResource {

  private static final int LARGEST_PAGE = 500;

  /** After everything that was parked. */
  private static final OffsetDateTime END = OffsetDateTime.parse("9999-01-01T00:00:00Z");

  private static final Set<String> SCHEMAS =
      Set.of(
          "roster.changed.v1",
          "request.opened.v1",
          "request.ended.v1",
          "delivery.sent.v1",
          "delivery.failed.v1",
          "presence.changed.v1",
          "command.answered.v1",
          "command.v1");

  private final Routes routes;

  PipelineResource(Routes routes) {
    this.routes = routes;
  }

  /**
   * A page, the newest first.
   *
   * @param next the cursor of the next page, null on the last one
   */
  record ParkedCommands(List<ParkedCommand> commands, String next) {}

  /**
   * Something that came as a command and waits for a person.
   *
   * @param id the id that its sender gave it, or one of ours when that was not to be believed
   * @param reason why it was not carried out
   * @param body what came, as far as it is text
   */
  record ParkedCommand(String id, Instant receivedAt, String reason, String body) {}

  /** The JSON Schema of an event's data, or of a command. */
  @GET
  @Path("events/schemas/{name}")
  @Produces("application/schema+json")
  public String schema(@PathParam("name") String name) throws IOException {
    if (!SCHEMAS.contains(name)) {
      throw new NotFoundException("there is no such schema");
    }
    try (InputStream schema =
        getClass().getResourceAsStream("/events/%s.schema.json".formatted(name))) {
      return new String(schema.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @GET
  @Path("commands/parked")
  @Produces(MediaType.APPLICATION_JSON)
  public ParkedCommands parked(
      @QueryParam("limit") @DefaultValue("50") int limit, @QueryParam("cursor") String cursor) {
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw new BadRequestException("limit must be from 1 to " + LARGEST_PAGE);
    }
    Map<String, Object> parameters = read(cursor);
    parameters.put("limit", limit + 1);
    List<ParkedCommand> rows =
        routes.rows("list-parked-commands", parameters).stream()
            .map(
                row ->
                    new ParkedCommand(
                        (String) row.get("id"),
                        Moments.instant(row.get("received_at")),
                        (String) row.get("reason"),
                        (String) row.get("body")))
            .toList();
    return rows.size() > limit
        ? new ParkedCommands(rows.subList(0, limit), cursor(rows.get(limit - 1)))
        : new ParkedCommands(rows, null);
  }

  private static String cursor(ParkedCommand last) {
    String cursor = String.join(" ", last.receivedAt().toString(), last.id());
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(cursor.getBytes(StandardCharsets.UTF_8));
  }

  /** Where the page begins: behind the command {@code id} of the moment {@code at}. */
  private static Map<String, Object> read(String cursor) {
    Map<String, Object> begin = new HashMap<>();
    begin.put("at", END);
    begin.put("id", "");
    if (cursor == null || cursor.isBlank()) {
      return begin;
    }
    try {
      String[] last =
          new String(Base64.getUrlDecoder().decode(cursor.strip()), StandardCharsets.UTF_8)
              .split(" ", 2);
      Instant at = Instant.parse(last[0]);
      if (last.length < 2
          || last[1].indexOf("\0") >= 0
          || at.isBefore(Instant.EPOCH)
          || at.isAfter(END.toInstant())) {
        throw new IllegalArgumentException("it is incomplete");
      }
      begin.put("at", Change.utc(at));
      begin.put("id", last[1]);
      return begin;
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new BadRequestException("the cursor is not one that a page has given");
    }
  }
}
