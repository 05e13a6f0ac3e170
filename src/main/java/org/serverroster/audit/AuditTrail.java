package org.serverroster.audit;

import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;

/** The steps of a walk along the seals of the audit trail, as the route takes them. */
public final class AuditTrail {

  /**
   * A walk that has not begun.
   *
   * @param anchor a hash that must be in the chain; null: none
   */
  public Verification verification(String anchor) {
    return new Verification(anchor);
  }

  /** Whether there is another seal to look at. */
  public boolean hasMore(@ExchangeProperty("verification") Verification verification) {
    return !verification.isOver();
  }

  /** The parameters that find the next seal and its entries. */
  public Map<String, Object> nextSeal(@ExchangeProperty("verification") Verification verification) {
    return Map.of("seal", verification.next());
  }

  /** The parameters that find what lies behind the last one. */
  public Map<String, Object> lastSeal(@ExchangeProperty("verification") Verification verification) {
    return Map.of("last", verification.last());
  }

  /** Looks at a seal; null at the end of the chain. */
  public void look(
      @ExchangeProperty("verification") Verification verification,
      @ExchangeProperty("seal") Map<String, Object> seal,
      @Body List<Map<String, Object>> entries) {
    verification.look(seal, entries);
  }

  /** The verification, with what lies outside of the chain. */
  public Verification conclude(
      @ExchangeProperty("verification") Verification verification,
      @Body Map<String, Object> counts) {
    verification.end(
        ((Number) counts.get("stray")).longValue(), ((Number) counts.get("unsealed")).longValue());
    return verification;
  }
}
