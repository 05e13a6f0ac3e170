package org.serverroster.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chain of seals over a trail, which is then altered in every way that there is. */
class VerificationTest {

  private static final OffsetDateTime NOON =
      OffsetDateTime.of(2026, 11, 25, 12, 0, 0, 0, ZoneOffset.UTC);

  private final List<Map<String, Object>> seals = new ArrayList<>();
  private final List<List<Map<String, Object>>> entries = new ArrayList<>();

  VerificationTest() {
    seals.add(
        new HashMap<>(
            Map.of(
                "seal", 0L, "entries", 0, "previous_hash", "", "hash", "00", "sealed_at", NOON)));
    entries.add(new ArrayList<>());
    long id = 1;
    for (int size : new int[] {3, 1, 2}) {
      List<Map<String, Object>> batch = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        batch.add(entry(id++));
      }
      seal(batch);
    }
  }

  private static Map<String, Object> entry(long id) {
    Map<String, Object> entry = new HashMap<>();
    entry.put("id", id);
    entry.put("at", NOON.plusSeconds(id));
    entry.put("domain", "capulet.lit");
    entry.put("peer", "montague.lit");
    entry.put("action", "request-approved");
    entry.put("actor", "nurse@capulet.lit");
    entry.put("via", "mail-link");
    entry.put("origin", null);
    entry.put("state_before", "none+pending-in");
    entry.put("state_after", "from+pending-out");
    entry.put("request_id", new java.util.UUID(1, id));
    entry.put("note", null);
    return entry;
  }

  private void seal(List<Map<String, Object>> batch) {
    Seals sealer = new Seals(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    Map<String, Object> row = sealer.seal(sealer.next(seals.get(seals.size() - 1)), batch);
    seals.add(
        new HashMap<>(
            Map.of(
                "seal", row.get("seal"),
                "entries", row.get("entries"),
                "previous_hash", row.get("previousHash"),
                "hash", row.get("hash"),
                "sealed_at", row.get("now"))));
    entries.add(batch);
  }

  private Verification walk(String anchor) {
    Verification verification = new Verification(anchor);
    for (int i = 0; !verification.isOver(); i++) {
      boolean there = i < seals.size();
      verification.look(there ? seals.get(i) : null, there ? entries.get(i) : List.of());
    }
    verification.end(0, 2);
    return verification;
  }

  private String broken() {
    return walk(null).broken();
  }

  @Test
  void aWholeChainFits() {
    Verification whole = walk(null);
    assertNull(whole.broken());
    assertEquals(4, whole.seals());
    assertEquals(6, whole.entries());
    assertEquals(2, whole.unsealed());
    assertEquals(seals.get(3).get("hash"), whole.hash());
    assertNull(whole.anchored());
  }

  @Test
  void aHashThatWasNotedIsFoundUnlessTheChainWasMadeAnew() {
    String noted = (String) seals.get(2).get("hash");
    assertEquals(true, walk(noted).anchored());
    entries.get(1).get(0).put("actor", "tybalt@capulet.lit");
    List<List<Map<String, Object>>> batches = List.copyOf(entries.subList(1, 4));
    seals.subList(1, 4).clear();
    entries.subList(1, 4).clear();
    batches.forEach(this::seal);
    assertNull(broken(), "without what was noted it looks whole");
    assertEquals(false, walk(noted).anchored());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"domain", "peer", "action", "actor", "via", "state_before", "state_after"})
  void noWordOfAnEntryCanBeAltered(String column) {
    entries.get(2).get(0).merge(column, "x", (old, x) -> old + "x");
    assertEquals("seal 2 does not fit its entries", broken());
  }

  @Test
  void neitherCanItsTimeNorItsNumberNorWhatIsAbsent() {
    for (Consumer<Map<String, Object>> forgery :
        List.<Consumer<Map<String, Object>>>of(
            entry -> entry.put("at", NOON.plusNanos(1000)),
            entry -> entry.put("id", 99L),
            entry -> entry.put("note", ""),
            entry -> entry.put("origin", "127.0.0.1"),
            entry -> entry.put("request_id", null))) {
      Map<String, Object> entry = entries.get(1).get(1);
      Map<String, Object> before = new HashMap<>(entry);
      forgery.accept(entry);
      assertEquals("seal 1 does not fit its entries", broken());
      entry.putAll(before);
      assertNull(broken());
    }
  }

  @Test
  void wordsCannotMoveFromOneColumnToTheNext() {
    Map<String, Object> entry = entries.get(1).get(0);
    entry.put("domain", "capulet.litm");
    entry.put("peer", "ontague.lit");
    assertEquals("seal 1 does not fit its entries", broken());
  }

  @Test
  void noEntryCanBeTakenAwayOrAdded() {
    Map<String, Object> taken = entries.get(1).remove(2);
    assertTrue(broken().startsWith("seal 1 has entries too many or too few"), broken());
    seals.get(1).put("entries", 2);
    assertEquals("seal 1 does not fit its entries", broken());
    seals.get(1).put("entries", 3);
    entries.get(1).add(taken);
    entries.get(3).add(entry(7));
    assertTrue(broken().startsWith("seal 3 has entries"), broken());
  }

  @Test
  void noSealCanBeTakenAwayOrExchanged() {
    seals.remove(2);
    entries.remove(2);
    assertEquals("seal 2 is missing", broken());
    seals.get(2).put("seal", 2L);
    assertEquals("seal 2 does not follow the one before it", broken());
  }

  @Test
  void anEmptyChainIsNone() {
    seals.clear();
    assertEquals("there is no seal", broken());
  }

  @Test
  void entriesUnderASealThatIsNotThereAreTold() {
    Verification verification = new Verification(null);
    for (int i = 0; i < 3; i++) {
      verification.look(seals.get(i), entries.get(i));
    }
    verification.look(null, List.of());
    verification.end(2, 0);
    assertEquals("2 entries bear the number of a seal that is not there", verification.broken());
  }

  @Test
  void aTimeIsTheSameFromEitherDatabase() {
    Map<String, Object> postgresql = entry(1);
    postgresql.put("at", java.sql.Timestamp.from(NOON.plusSeconds(1).toInstant()));
    assertEquals(Seals.hash(1, "00", List.of(entry(1))), Seals.hash(1, "00", List.of(postgresql)));
  }
}
