package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

class DoorkeeperTest {

  private final Doorkeeper doorkeeper =
      new Doorkeeper(
          new LocalDomains(
              Map.of(new Domain("capulet.lit"), List.of(), new Domain("verona.lit"), List.of())),
          Clock.systemUTC());

  @Test
  void letsInOneServerSpeakingToAnother() {
    Change change = doorkeeper.admit("Montague.LIT", "capulet.lit/any", "subscribe");
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

  private String addressOf(String from) {
    return doorkeeper.admit(from, "capulet.lit", "subscribe").text("address");
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
    "montague.lit, capulet.lit, error",
    "montague.lit, capulet.lit, available",
    "montague.lit, capulet.lit, probe",
    "montague.lit, capulet.lit, SUBSCRIBE",
    "montague.lit, capulet.lit, friend",
    "montague.lit, capulet.lit, ",
  })
  void turnsAwayEverythingElse(String from, String to, String type) {
    assertNull(doorkeeper.admit(from, to, type));
  }
}
