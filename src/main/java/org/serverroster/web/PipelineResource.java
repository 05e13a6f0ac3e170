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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.serverroster.approval.Moments;

/** What those need who write or look after a pipeline: the schemas, and what was no command. */
@Path("/api/v1")
@RolesAllowed({"admin", "auditor"})
class PipelineResource {

  private static final int LARGEST_PAGE = 500;
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

  /** The newest first. */
  record ParkedCommands(List<ParkedCommand> commands) {}

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
  public ParkedCommands parked(@QueryParam("limit") @DefaultValue("50") int limit) {
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw new BadRequestException("limit must be from 1 to " + LARGEST_PAGE);
    }
    return new ParkedCommands(
        routes.rows("list-parked-commands", Map.of("limit", limit)).stream()
            .map(
                row ->
                    new ParkedCommand(
                        (String) row.get("id"),
                        Moments.instant(row.get("received_at")),
                        (String) row.get("reason"),
                        (String) row.get("body")))
            .toList());
  }
}
