package org.serverroster.audit;

import java.util.List;
import java.util.Map;

/**
 * One walk along the chain of seals, from its beginning to its end or to the first seal that does
 * not fit.
 */
public final class Verification {

  private final String anchor;
  private long seals;
  private long entries;
  private long last = -1;
  private String hash;
  private Object sealedAt;
  private String broken;
  private boolean anchored;
  private boolean over;
  private long unsealed;

  /**
   * @param anchor a hash that somebody noted earlier and that must be in the chain; null: none
   */
  public Verification(String anchor) {
    this.anchor = anchor;
  }

  /** The number of the seal that is to be looked at next. */
  public long next() {
    return last + 1;
  }

  /** Whether there is nothing more to look at. */
  public boolean isOver() {
    return over || broken != null;
  }

  /**
   * Looks at the next seal.
   *
   * @param seal its row: {@code seal}, {@code entries}, {@code previous_hash}, {@code hash}, {@code
   *     sealed_at}; null at the end of the chain
   * @param sealed the rows of its entries, in the order of their ids
   */
  public void look(Map<String, ?> seal, List<Map<String, Object>> sealed) {
    if (seal == null) {
      over = true;
      return;
    }
    long number = ((Number) seal.get("seal")).longValue();
    if (number != next()) {
      broken = "seal " + next() + " is missing";
    } else if (number == 0) {
      begin(seal, sealed);
    } else if (!hash.equals(seal.get("previous_hash"))) {
      broken = "seal " + number + " does not follow the one before it";
    } else if (((Number) seal.get("entries")).intValue() != sealed.size()) {
      broken = "seal " + number + " has entries too many or too few";
    } else if (!Seals.hash(number, hash, sealed).equals(seal.get("hash"))) {
      broken = "seal " + number + " does not fit its entries";
    }
    if (broken == null) {
      last = number;
      hash = (String) seal.get("hash");
      sealedAt = seal.get("sealed_at");
      anchored |= hash.equals(anchor);
      seals++;
      entries += sealed.size();
    }
  }

  private void begin(Map<String, ?> seal, List<Map<String, Object>> sealed) {
    if (!sealed.isEmpty() || !"".equals(seal.get("previous_hash"))) {
      broken = "the chain does not begin with nothing";
    }
  }

  /**
   * Ends the walk.
   *
   * @param stray entries that bear the number of a seal that is not there
   * @param waiting entries that are not sealed yet
   */
  public void end(long stray, long waiting) {
    unsealed = waiting;
    if (broken == null && last < 0) {
      broken = "there is no seal";
    } else if (broken == null && stray > 0) {
      broken = stray + " entries bear the number of a seal that is not there";
    }
  }

  /** What does not fit, in one sentence; null when all does. */
  public String broken() {
    return broken;
  }

  /** How many seals fit, the one over nothing included. */
  public long seals() {
    return seals;
  }

  /** How many entries are under them. */
  public long entries() {
    return entries;
  }

  /** How many entries wait for their seal, which is a matter of a second. */
  public long unsealed() {
    return unsealed;
  }

  /** The number of the last seal that fits; -1 when none does. */
  public long last() {
    return last;
  }

  /** Its hash in hexadecimal: what to note elsewhere; null when none fits. */
  public String hash() {
    return hash;
  }

  /** When it was made, as the database gives it ({@code Moments}); null when none fits. */
  public Object sealedAt() {
    return sealedAt;
  }

  /** Whether the anchor is in the chain; null when none was asked about. */
  public Boolean anchored() {
    return anchor == null ? null : anchored;
  }
}
