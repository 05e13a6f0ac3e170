package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

  @ParameterizedTest
  @CsvSource({
    "https://hooks.example.org/services/T0KEN, T0KEN, hooks.example.org",
    "https://juliet:wherefore@hooks.example.org/, wherefore, hooks.example.org",
    "https://hooks.example.org/?key=sw0rdfish&connectTimeout=5000, sw0rdfish, hooks.example.org",
    "jms:queue:events?password=RAW(a%2Bb/c)&username=juliet, a%2Bb/c, queue:events",
    "jms:queue:events?password=wherefore%20art, wherefore art, queue:events",
    "kafka:roster?brokers=k1:9092&saslJaasConfig=RAW(x password=sw0rdfish), sw0rdfish, k1:9092",
  })
  void secretsGoAndThePlaceRemains(String uri, String secret, String place) {
    String message = "failed at " + uri + " with " + secret + " of " + place;
    String redacted = new Redaction(uri).apply(message);
    assertFalse(redacted.contains(secret), redacted);
    assertTrue(redacted.contains(place), redacted);
  }

  @Test
  void aShortPasswordIsHiddenWhereItIsNamed() {
    Redaction redaction =
        new Redaction("kafka:x?brokers=k1:9092&nonsense=1&saslPassword=RAW(hush)");
    assertEquals(
        "unknown {nonsense=1, xxxxxx} of k1:9092",
        redaction.apply("unknown {nonsense=1, saslPassword=hush} of k1:9092"));
  }

  @ParameterizedTest
  @CsvSource({"''", "kafka:roster?brokers=k1:9092", "seda:x?size=1"})
  void withoutSecretsNothingIsTakenAway(String uri) {
    String message = "Connect to k1:9092 failed: Connection refused";
    assertEquals(message, new Redaction(uri).apply(message));
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db/roster?password=hush&ssl=true, password=xxxxxx&ssl=true",
    "'Unknown {saslPassword=hush, apiKey=x}', 'saslPassword=xxxxxx, apiKey=xxxxxx}'",
  })
  void whatStandsBehindATellingNameGoesThoughNobodyKnowsIt(String text, String end) {
    String redacted = Redaction.ofNamed(text);
    assertTrue(redacted.endsWith(end), redacted);
  }

  @ParameterizedTest
  @CsvSource({
    "a-secret-word, false x xxxxxx",
    "word, false x a-secret-word",
    "false, false x a-secret-word"
  })
  void aSecretGoesUnlessItMightBeAnyWord(String secret, String redacted) {
    assertEquals(redacted, Redaction.ofSecret(secret).apply("false x a-secret-word"));
  }

  @ParameterizedTest
  @CsvSource({
    "roster.xmpp.secret, true",
    "ROSTER_MAIL_PASSWORD, true",
    "camel.component.kafka.sasl-jaas-token, true",
    "roster.mail.host, false",
  })
  void namesTellWhetherASettingIsASecret(String name, boolean opens) {
    assertEquals(opens, Redaction.opens(name));
  }
}
