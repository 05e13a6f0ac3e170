package org.serverroster.web;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.serverroster.audit.Verification;
import org.serverroster.roster.Change;
import org.serverroster.roster.Moments;

/** The audit trail: who let this peer in, when, from where and why; and whether it was altered. */
@Path("/api/v1/audit")
@RolesAllowed({"admin", "auditor"})
class AuditResource {

  private static final int LARGEST_PAGE = 1000;

  private final Routes routes;
  private final PeerFinder peers;

  AuditResource(Routes routes, PeerFinder peers) {
    this.routes = routes;
    this.peers = peers;
  }

  /**
   * One entry.
   *
   * @param id grows in the order in which entries were written
   * @param action what happened, for instance {@code request-approved}
   * @param actor who did it: an administrator, the peer, or {@code server-roster} for the clock
   * @param via the way in: {@code mail-link}, {@code rest}, {@code command}, {@code pipeline},
   *     {@code xmpp}, {@code clock}
   * @param origin the address it came from; null when unknown
   * @param seal the number of the seal that it is under; null within the first second or so
   */
  record EntryView(
      long id,
      Instant at,
      String domain,
      String peer,
      String action,
      String actor,
      String via,
      String origin,
      String stateBefore,
      String stateAfter,
      UUID request,
      String note,
      Long seal) {

    static EntryView of(Map<String, Object> row) {
      return new EntryView(
          ((Number) row.get("id")).longValue(),
          Moments.instant(row.get("at")),
          (String) row.get("domain"),
          (String) row.get("peer"),
          (String) row.get("action"),
          (String) row.get("actor"),
          (String) row.get("via"),
          (String) row.get("origin"),
          (String) row.get("state_before"),
          (String) row.get("state_after"),
          (UUID) row.get("request_id"),
          (String) row.get("note"),
          row.get("seal") == null ? null : ((Number) row.get("seal")).longValue());
    }
  }

  /**
   * A page of entries, oldest first.
   *
   * @param next the cursor of the next page, null on the last one
   */
  record EntriesView(List<EntryView> entries, String next) {}

  /**
   * The newest seal: its hash, noted elsewhere, proves later that nothing before it was altered.
   */
  record HeadView(long seal, String hash, Instant sealedAt) {}

  /**
   * What a walk along the whole chain has found.
   *
   * @param valid whether everything fits
   * @param broken what does not, null when all does
   * @param entries how many entries are under seals that fit
   * @param unsealed how many are too new to be sealed
   * @param anchored whether the hash that was asked about is in the chain; null when none was
   */
  record VerificationView(
      boolean valid,
      String broken,
      long seals,
      long entries,
      long unsealed,
      HeadView head,
      Boolean anchored) {}

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public EntriesView entries(
      @QueryParam("domain") String domain,
      @QueryParam("peer") String peer,
      @QueryParam("since") String since,
      @QueryParam("until") String until,
      @QueryParam("limit") @DefaultValue("100") int limit,
      @QueryParam("cursor") String cursor) {
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw new BadRequestException("limit must be from 1 to " + LARGEST_PAGE);
    }
    Map<String, Object> wanted = wanted(domain, peer, since, until);
    List<Map<String, Object>> rows = page(wanted, read(cursor), limit + 1);
    List<EntryView> entries = rows.stream().limit(limit).map(EntryView::of).toList();
    return new EntriesView(
        entries, rows.size() > limit ? Long.toString(entries.get(limit - 1).id()) : null);
  }

  /** All of it that is wanted, as a table (RFC 4180). */
  @GET
  @Produces("text/csv")
  public Response table(
      @QueryParam("domain") String domain,
      @QueryParam("peer") String peer,
      @QueryParam("since") String since,
      @QueryParam("until") String until) {
    Map<String, Object> wanted = wanted(domain, peer, since, until);
    List<Map<String, Object>> first =
        page(wanted, 0, LARGEST_PAGE); // fails before anything is said
    StreamingOutput body =
        output -> {
          Writer writer = new OutputStreamWriter(output, StandardCharsets.UTF_8);
          writer.write(Csv.line(AuditTable.COLUMNS));
          List<Map<String, Object>> rows = first;
          while (!rows.isEmpty()) {
            for (Map<String, Object> row : rows) {
              writer.write(Csv.line(AuditTable.cells(EntryView.of(row))));
            }
            long last = ((Number) rows.get(rows.size() - 1).get("id")).longValue();
            rows = rows.size() < LARGEST_PAGE ? List.of() : page(wanted, last, LARGEST_PAGE);
          }
          writer.flush();
        };
    return Response.ok(body, "text/csv;charset=UTF-8").header("Cache-Control", "no-store").build();
  }

  /**
   * Walks along the chain of seals.
   *
   * @param anchor a hash that was noted earlier and must be in the chain
   */
  @GET
  @Path("verify")
  @Produces(MediaType.APPLICATION_JSON)
  public VerificationView verify(@QueryParam("anchor") String anchor) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("anchor", anchor == null || anchor.isBlank() ? null : anchor.strip());
    Verification found =
        routes.call("verify-audit", parameters).getMessage().getBody(Verification.class);
    return new VerificationView(
        found.broken() == null && !Boolean.FALSE.equals(found.anchored()),
        found.broken(),
        found.seals(),
        found.entries(),
        found.unsealed(),
        found.last() < 0
            ? null
            : new HeadView(found.last(), found.hash(), Moments.instant(found.sealedAt())),
        found.anchored());
  }

  private List<Map<String, Object>> page(Map<String, Object> wanted, long after, int limit) {
    Map<String, Object> parameters = new HashMap<>(wanted);
    parameters.put("after", after);
    parameters.put("limit", limit);
    return routes.rows("list-audit", parameters);
  }

  private Map<String, Object> wanted(String domain, String peer, String since, String until) {
    Map<String, Object> wanted = new HashMap<>();
    wanted.put("domain", blank(domain) ? null : peers.ours(domain).name());
    wanted.put("peer", blank(peer) ? null : peers.server(peer).name());
    wanted.put("since", moment("since", since));
    wanted.put("until", moment("until", until));
    return wanted;
  }

  private static OffsetDateTime moment(String name, String text) {
    if (blank(text)) {
      return null;
    }
    try {
      // A plus sign in a query stands for a space unless it is escaped; no such time has a space.
      OffsetDateTime time =
          Change.utc(OffsetDateTime.parse(text.strip().replace(' ', '+')).toInstant());
      if (time.getYear() > 0 && time.getYear() < 10_000) { // more than databases know
        return time;
      }
    } catch (DateTimeException e) {
      // not a time, or one that is none in UTC
    }
    throw new BadRequestException(name + " must be a time such as 2026-11-25T00:00:00Z");
  }

  private static long read(String cursor) {
    try {
      return blank(cursor) ? 0 : Long.parseLong(cursor.strip());
    } catch (NumberFormatException e) {
      throw new BadRequestException("the cursor is not one that a page has given");
    }
  }

  private static boolean blank(String text) {
    return text == null || text.isBlank();
  }
}
