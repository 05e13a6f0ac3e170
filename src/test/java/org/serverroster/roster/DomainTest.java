package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {

  @ParameterizedTest
  @CsvSource({
    "montague.lit, montague.lit",
    "MONTAGUE.Lit, montague.lit",
    "montague.lit., montague.lit",
    "localhost, localhost",
    "b\u00fccher.example, xn--bcher-kva.example",
    "B\u00dcCHER.example, xn--bcher-kva.example",
    "XN--BCHER-KVA.example, xn--bcher-kva.example",
    "bu\u0308cher.example, xn--bcher-kva.example",
    "fa\u00df.de, xn--fa-hia.de",
    "montague\u3002lit, montague.lit",
  })
  void spellingsOfOneDomainAreEqual(String text, String name) {
    assertEquals(new Domain(name), Domain.of(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "romeo@montague.lit",
        "montague.lit/orchard",
        "mon tague.lit",
        "montague..lit",
        "-montague.lit",
        "montague-.lit",
        "mon_tague.lit",
        "montague.lit\r\nBcc: all@capulet.lit",
        "<b>montague</b>.lit",
        "montague.lit\u202e",
        "mon\u202etague.lit",
        "mon\u0000tague.lit",
        "127.0.0.1",
        "[::1]",
        "xn--zzzzzzzz9999.lit",
        "\"montague\".lit",
        "montague.lit';drop table peer;--"
      })
  void whatIsNoServerIsRefused(String text) {
    assertThrows(InvalidDomainException.class, () -> Domain.of(text));
  }

  @Test
  void lengthsAreBounded() {
    assertEquals(63, Domain.of("a".repeat(63)).name().length());
    assertThrows(InvalidDomainException.class, () -> Domain.of("a".repeat(64) + ".lit"));
    assertThrows(InvalidDomainException.class, () -> Domain.of("a".repeat(3000) + ".lit"));
    assertThrows(InvalidDomainException.class, () -> Domain.of("a.".repeat(150) + "lit"));
  }

  @Test
  void lookAlikesAreRecognised() {
    assertFalse(Domain.of("montague.lit").deceptive());
    assertFalse(Domain.of("b\u00fccher.example").deceptive());
    assertFalse(Domain.of("\u043f\u0440\u0438\u0432\u0435\u0442.lit").deceptive());
    assertTrue(Domain.of("m\u043entague.lit").deceptive(), "one Cyrillic letter");
    assertTrue(
        Domain.of("\u0440\u0430\u0443\u0440\u0430\u04cf.lit").deceptive(),
        "all letters Cyrillic, all look Latin");
  }

  @Provide
  Arbitrary<String> names() {
    Arbitrary<String> label =
        Arbitraries.strings()
            .withChars("abcxyzABC019-\u00e4\u00df\u0440\u05d0\u0661\u200d\u202e@ .\n")
            .ofMaxLength(12);
    Arbitrary<String> plain =
        Arbitraries.strings().withChars("abcXYZ09-\u00e4\u0436").ofMinLength(1).ofMaxLength(9);
    return Arbitraries.oneOf(label, plain, plain.list().ofMaxSize(4).map(l -> String.join(".", l)));
  }

  @Property
  void aNameIsOfLabelsInAsciiForm(
      @ForAll @StringLength(max = 70) @CharRange(from = 'a', to = 'c') @Chars({'-', '.', '0', 'Z'})
          String name) {
    boolean good =
        name.matches("(?!-)[a-z0-9-]{1,63}(?<!-)(\\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
            && !name.matches("[0-9]+(\\.[0-9]+)*");
    boolean taken;
    try {
      taken = new Domain(name).name().equals(name);
    } catch (InvalidDomainException refused) {
      taken = false;
    }
    assertEquals(good, taken);
  }

  @Property
  void normalisingIsIdempotentAndSafe(@ForAll("names") String text) {
    Domain domain;
    try {
      domain = Domain.of(text);
    } catch (InvalidDomainException refused) {
      assertFalse(refused.getMessage().isBlank());
      return;
    }
    assertEquals(domain, Domain.of(domain.name()));
    assertEquals(domain, Domain.of(domain.unicode()));
    assertTrue(domain.name().matches("[a-z0-9.-]{1,253}"));
  }
}
