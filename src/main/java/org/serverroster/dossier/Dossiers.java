package org.serverroster.dossier;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

/** Puts dossiers together from what the flow has read. */
public final class Dossiers {

  private final LocalDomains domains;

  /**
   * @param domains our own names, which nobody should be taken for
   */
  public Dossiers(LocalDomains domains) {
    this.domains = domains;
  }

  /**
   * The parameters of the questions about a peer.
   *
   * @param pair {@code domain}, {@code peer}
   */
  public Map<String, Object> about(Map<String, ?> pair) {
    String peer = (String) pair.get("peer");
    return Map.of("domain", pair.get("domain"), "peer", peer, "parent", parent(peer));
  }

  /** The dossier. */
  public Dossier write(
      @ExchangeProperty("about") Map<String, Object> about,
      @ExchangeProperty("said") Map<String, Object> said,
      @ExchangeProperty("former") List<Map<String, Object>> former,
      @ExchangeProperty("neighbours") List<Map<String, Object>> neighbours,
      @Body List<Map<String, Object>> trusted) {
    List<String> names = new ArrayList<>(domains.all().stream().map(Domain::name).toList());
    trusted.forEach(row -> names.add((String) row.get("peer")));
    return Dossier.of(new Domain((String) about.get("peer")), said, names, former, neighbours);
  }

  /**
   * The domain above, if it still is one of somebody: two labels at least. Else the name itself.
   */
  static String parent(String peer) {
    String above = peer.substring(peer.indexOf('.') + 1);
    return above.indexOf('.') < 0 ? peer : above;
  }
}
