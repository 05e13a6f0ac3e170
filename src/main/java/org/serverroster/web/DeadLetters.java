package org.serverroster.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.serverroster.roster.Change;
import org.serverroster.roster.Moments;

/** What a receiver of events or of lines for people did not take, and letting it try again. */
@Path("/api/v1/events/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
class DeadLetters {

  private static final int LARGEST_PAGE = 500;

  private final Routes routes;
  private final Clock clock;
  private final ObjectMapper mapper;

  DeadLetters(Routes routes, Clock clock, ObjectMapper mapper) {
    this.routes = routes;
    this.clock = clock;
    this.mapper = mapper;
  }

  /**
   * A page, oldest first.
   *
   * @param next the cursor of the next page, null on the last one
   */
  record Page(List<DeadLetter> deadLetters, String next) {}

  /**
   * One of them.
   *
   * @param id the id of the event
   * @param kind the kind of the event, or the word of the audit trail that a line tells of
   * @param recipient the setting that says where it goes
   * @param content the data of the event, or the line
   */
  record DeadLetter(
      UUID id,
      String kind,
      String recipient,
      String domain,
      String peer,
      UUID request,
      int attempts,
      Instant createdAt,
      Instant parkedAt,
      String lastError,
      JsonNode content) {}

  /** How many are tried again. */
  @RegisterForReflection
  record Retried(int retried) {}

  @GET
  @RolesAllowed({"admin", "auditor"})
  public Page deadLetters(
      @QueryParam("limit") @DefaultValue("50") int limit,
      @QueryParam("cursor") @DefaultValue("0") long cursor) {
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw new BadRequestException("limit must be from 1 to " + LARGEST_PAGE);
    }
    List<Map<String, Object>> rows =
        routes.rows("list-dead-letters", Map.of("after", cursor, "limit", limit + 1));
    List<DeadLetter> page = rows.stream().limit(limit).map(this::deadLetter).toList();
    return new Page(page, rows.size() > limit ? rows.get(limit - 1).get("id").toString() : null);
  }

  /** Lets one try again, as if for the first time. */
  @POST
  @Path("{id}/retry")
  @RolesAllowed("admin")
  public Response retry(@PathParam("id") String id) {
    if (retried(uuid(id)) == 0) {
      throw new NotFoundException("there is no such dead letter");
    }
    return Response.accepted(new Retried(1)).build();
  }

  /** Lets all try again. */
  @POST
  @Path("retry")
  @RolesAllowed("admin")
  public Response retryAll() {
    return Response.accepted(new Retried(retried(null))).build();
  }

  private int retried(UUID id) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("id", id == null ? null : id.toString());
    parameters.put("now", Change.utc(clock.instant()));
    Exchange answer = routes.call("retry-dead-letter", parameters);
    return answer.getMessage().getHeader("CamelJdbcUpdateCount", Integer.class);
  }

  private DeadLetter deadLetter(Map<String, Object> row) {
    String body = (String) row.get("body");
    return new DeadLetter(
        (UUID) row.get("wire_id"),
        (String) row.get("kind"),
        (String) row.get("recipient"),
        (String) row.get("domain"),
        (String) row.get("peer"),
        (UUID) row.get("request_id"),
        ((Number) row.get("attempts")).intValue(),
        Moments.instant(row.get("created_at")),
        Moments.instant(row.get("parked_at")),
        (String) row.get("last_error"),
        "roster.events.uri".equals(row.get("recipient"))
            ? json(body)
            : mapper.getNodeFactory().textNode(body));
  }

  private JsonNode json(String body) {
    try {
      return mapper.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what we wrote is JSON", e);
    }
  }

  private static UUID uuid(String id) {
    try {
      return UUID.fromString(id);
    } catch (IllegalArgumentException e) {
      throw new NotFoundException("there is no such dead letter");
    }
  }
}
