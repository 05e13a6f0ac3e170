package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.serverroster.roster.Administrators;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

class DoorkeeperTest {

  private static final Administrators NOBODY = new Administrators(List.of(), Set.of());

  private final Doorkeeper doorkeeper =
      new Doorkeeper(
          new LocalDomains(
              Map.of(new Domain("capulet.lit"), NOBODY, new Domain("verona.lit"), NOBODY),
              List.of()),
          Clock.systemUTC());

  @Test
  void letsInOneServerSpeakingToAnother() {
    Change change =
        doorkeeper.admit("Montague.LIT", "capulet.lit/any", "subscribe", null, null, null, null);
    assertEquals("montague.lit", change.text("peer"));
    assertEquals("montague.lit", change.text("address"));
    assertEquals("capulet.lit", change.text("domain"));
    assertEquals("subscribe", change.text("stanza"));
  }

  @Test
  void answersGoToTheFormThatThePeerUsesButNeverToItsVeryLetters() {
    assertEquals("b\u00fccher.example", addressOf("B\u00dc\u00ad\u200bCHER.example"));
    assertEquals("xn--bcher-kva.example", addressOf("XN--BCHER-KVA.example."));
  }

  @ParameterizedTest
  @CsvSource({
    "subscribed, subscription",
    "probe, probe",
    "available, presence",
    "unavailable, presence",
    "error, error",
  })
  void sortsWhatItLetsInByItsConcern(String type, String concern) {
    Change change = doorkeeper.admit("montague.lit", "capulet.lit", type, null, null, null, null);
    assertEquals(concern, change.text("concern"));
    assertEquals(type, change.text("stanza"));
  }

  @ParameterizedTest
  @CsvSource({
    ", true",
    "theirs, true",
    "sr-subscribe-1, true",
    "sr-subscribed-1, false",
    "sr-available-1, false",
  })
  void anErrorIsAboutOurRequestUnlessItsIdSaysThatItIsNot(String id, boolean about) {
    Change change =
        doorkeeper.admit("montague.lit", "capulet.lit", "error", id, "forbidden", null, null);
    assertEquals(about, change.is("aboutOurRequest"));
    assertEquals("forbidden", change.text("condition"));
  }

  private String addressOf(String from) {
    return doorkeeper
        .admit(from, "capulet.lit", "subscribe", null, null, null, null)
        .text("address");
  }

  @ParameterizedTest
  @CsvSource({
    "romeo@montague.lit, capulet.lit, subscribe",
    "montague.lit/orchard, capulet.lit, subscribe",
    "mon tague.lit, capulet.lit, subscribe",
    "127.0.0.1, capulet.lit, subscribe",
    ", capulet.lit, subscribe",
    "montague.lit, , subscribe",
    "montague.lit, juliet@capulet.lit, subscribe",
    "montague.lit, rome.lit, subscribe",
    "capulet.lit, capulet.lit, subscribe",
    "verona.lit, capulet.lit, subscribe",
    "CAPULET.lit., verona.lit, subscribe",
    "romeo@montague.lit, capulet.lit, probe",
    "capulet.lit, capulet.lit, error",
    "montague.lit, rome.lit, available",
    "montague.lit, capulet.lit, SUBSCRIBE",
    "montague.lit, capulet.lit, friend",
    "montague.lit, capulet.lit, ",
  })
  void turnsAwayEverythingElse(String from, String to, String type) {
    assertNull(doorkeeper.admit(from, to, type, null, null, null, null));
  }
}
