package org.serverroster.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Subscription;

/** Rosters from elsewhere: what is written is read, and whatever else comes ends in a reason. */
class RosterFileTest {

  private static final Domain OURS = new Domain("capulet.lit");

  private interface Reader {
    List<RosterFile.Entry> read(String text) throws RosterFile.UnreadableException;
  }

  private static final Reader JSON = text -> RosterFile.json(text, OURS);
  private static final Reader CSV = text -> RosterFile.csv(text, OURS);

  @Property
  void whatIsWrittenIsRead(@ForAll("rosters") List<RosterFile.Entry> roster) throws Exception {
    assertEquals(roster, JSON.read(json(roster)));
    assertEquals(roster, CSV.read(csv(roster)));
  }

  @Property
  void anyTextIsReadOrRefusedWithAReason(@ForAll String text) {
    isReadOrRefused(JSON, text);
    isReadOrRefused(CSV, text);
    isReadOrRefused(CSV, "peer,state\r\n" + text);
  }

  @Property
  void aFileThatWasDamagedIsReadOrRefusedWithAReason(
      @ForAll("rosters") List<RosterFile.Entry> roster, @ForAll char stranger, @ForAll int where) {
    for (String text : List.of(json(roster), csv(roster))) {
      StringBuilder damaged = new StringBuilder(text);
      int place = Math.floorMod(where, text.length());
      damaged.setCharAt(place, stranger);
      isReadOrRefused(text.startsWith("{") ? JSON : CSV, damaged.toString());
      isReadOrRefused(text.startsWith("{") ? JSON : CSV, text.substring(0, place));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"peers\":[{\"state\":\"both\"}]}|peer 1 has no name (peer)",
        "{\"peers\":[{\"peer\":\"a.lit\"}]}|peer 1 has no state",
        "{\"peers\":[{\"peer\":\"a.lit\",\"state\":\"friends\"}]}|peer 1: state is none of the nine",
        "{\"peers\":[{\"peer\":\"<a>@b/c\",\"state\":\"both\"}]}|peer 1: peer is not the name of",
        "{\"peers\":[{\"peer\":\"a.lit\",\"state\":\"to\"},{\"peer\":\"A.LIT\",\"state\":\"to\"}]}|peer 2 is there twice",
        "{\"domain\":\"verona.lit\",\"peers\":[]}|the file is of the roster of another domain",
        "[{\"domain\":\"verona.lit\",\"peer\":\"a.lit\",\"state\":\"to\"}]|peer 1 is of the roster of another",
        "[{\"peer\":\"a.lit\",\"state\":\"to\",\"blocked\":\"yes\"}]|peer 1: blocked is true or false",
        "[{\"peer\":{\"$ne\":1},\"state\":\"to\"}]|peer 1 has no name (peer)",
        "[] []|this is not JSON, line 1",
        "{\"roster\":[]}|neither a list of peers",
        "null|neither a list of peers"
      })
  void saysWhatIsWrong(String text, String reason) {
    var failure = assertThrows(RosterFile.UnreadableException.class, () -> JSON.read(text));
    assertTrue(failure.getMessage().contains(reason), failure.getMessage());
  }

  @Test
  void tooManyAreSentInParts() {
    StringBuilder text = new StringBuilder("peer,state\n");
    for (int i = 0; i <= RosterFile.MOST_PEERS; i++) {
      text.append('a').append(i).append(".lit,to\n");
    }
    var failure =
        assertThrows(RosterFile.UnreadableException.class, () -> CSV.read(text.toString()));
    assertTrue(failure.getMessage().contains("several files"), failure.getMessage());
  }

  @Test
  void itStopsComplaining() {
    var failure =
        assertThrows(
            RosterFile.UnreadableException.class,
            () -> CSV.read("peer,state\n" + "a.lit,nonsense\n".repeat(1_000)));
    assertTrue(failure.getMessage().length() < 500, failure.getMessage());
  }

  private static void isReadOrRefused(Reader reader, String text) {
    try {
      reader.read(text);
    } catch (RosterFile.UnreadableException e) {
      assertFalse(e.getMessage().isBlank());
      assertTrue(e.getMessage().length() < 1_000, e.getMessage());
      assertTrue(e.getMessage().chars().allMatch(c -> c >= ' ' && c < 127), e.getMessage());
    }
  }

  private static String json(List<RosterFile.Entry> roster) {
    List<Map<String, Object>> peers =
        roster.stream()
            .map(
                entry -> {
                  Map<String, Object> peer = new LinkedHashMap<>();
                  peer.put("domain", OURS.name());
                  peer.put("peer", entry.peer().name());
                  peer.put("state", entry.state().state());
                  peer.put("blocked", entry.blocked());
                  peer.put("request", null);
                  peer.put("lastSeen", Map.of());
                  return peer;
                })
            .toList();
    return new ObjectMapper().valueToTree(Map.of("peers", peers)).toString();
  }

  private static String csv(List<RosterFile.Entry> roster) {
    return roster.stream()
        .map(
            entry ->
                "%s,%s,%s,,%s\r\n"
                    .formatted(
                        OURS.name(), entry.peer().name(), entry.state().state(), entry.blocked()))
        .collect(Collectors.joining("", "domain,peer,state,denied_at,blocked\r\n", ""));
  }

  @Provide
  Arbitrary<List<RosterFile.Entry>> rosters() {
    Arbitrary<Domain> peers =
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .ofMinLength(1)
            .ofMaxLength(20)
            .map(name -> new Domain(name + ".example"));
    return Combinators.combine(
            peers, Arbitraries.of(Subscription.values()), Arbitraries.of(true, false))
        .as(RosterFile.Entry::new)
        .list()
        .uniqueElements(RosterFile.Entry::peer)
        .ofMaxSize(30);
  }
}
