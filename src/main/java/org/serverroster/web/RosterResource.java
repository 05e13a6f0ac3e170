package org.serverroster.web;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.Moments;

/** The roster for people to look at: where the links of the approval pages lead. Reads only. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
class RosterResource {

  private static final int MOST_ROWS = 200;

  private final Routes routes;
  private final LocalDomains domains;
  private final StreamReport stream;

  RosterResource(Routes routes, LocalDomains domains, StreamReport stream) {
    this.routes = routes;
    this.domains = domains;
    this.stream = stream;
  }

  /**
   * One of our domains with its first peers in alphabetical order.
   *
   * @param more whether there are more than are shown
   */
  record RosterView(String domain, List<Row> peers, boolean more) {}

  /** A peer as the table shows it. */
  record Row(String peer, String state, String asked, String changed) {}

  @CheckedTemplate
  static final class Templates {
    static native TemplateInstance roster(List<RosterView> rosters, String stream);

    private Templates() {}
  }

  @GET
  @RolesAllowed({"admin", "auditor"})
  public Response roster() {
    List<RosterView> rosters = new ArrayList<>();
    for (Domain domain : domains.all()) {
      Map<String, Object> parameters = new HashMap<>();
      parameters.put("domain", domain.name());
      parameters.put("state", null);
      parameters.put("part", null);
      parameters.put("after", "");
      parameters.put("limit", MOST_ROWS + 1);
      List<Map<String, Object>> rows = routes.rows("list-peers", parameters);
      rosters.add(
          new RosterView(
              domain.name(),
              rows.stream().limit(MOST_ROWS).map(RosterResource::row).toList(),
              rows.size() > MOST_ROWS));
    }
    return Html.page(200, Templates.roster(rosters, stream.state()));
  }

  private static Row row(Map<String, Object> peer) {
    return new Row(
        (String) peer.get("peer"),
        (String) peer.get("state"),
        Moments.written(peer.get("request_received_at")),
        Moments.written(peer.get("updated_at")));
  }
}
