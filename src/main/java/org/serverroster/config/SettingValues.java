package org.serverroster.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.serverroster.event.Signature;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.PeerPattern;

/**
 * What a setting of each kind may say: nothing when it makes sense, else the words that stand
 * behind "write".
 */
final class SettingValues {

  private static final Pattern MAIL =
      Pattern.compile("[^\\s@<>\",;:()\\\\]+@[^\\s@<>\",;:()\\\\]+");

  /** What can be compared with in the time that somebody who logs in has. */
  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}");

  /** What is due more often would be looked at all the time. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** What is due later is not meant; the database has no date for all that could be written. */
  private static final Duration LONGEST = Duration.ofDays(3660);

  static final String HASH =
      "a bcrypt hash that starts with $2a$, $2b$ or $2y$ and a cost from 04 to 16, as htpasswd -nBC 12"
          + " makes it";

  private static final String COMPONENTS = "META-INF/services/org/apache/camel/component/";

  /** Standard Webhooks asks for 24 bytes, which are 32 characters of Base64. */
  private static final int LEAST_SECRET = Signature.PREFIX.length() + 32;

  private SettingValues() {}

  static Optional<String> anything(String text) {
    return Optional.empty();
  }

  static Optional<String> domain(String text) {
    try {
      Domain.of(text);
      return Optional.empty();
    } catch (InvalidDomainException e) {
      return Optional.of("a domain name such as example.org");
    }
  }

  /** An endpoint of a component that this program has; whether its options are right Camel says. */
  static Optional<String> endpoint(String text) {
    String scheme = text.contains(":") ? text.substring(0, text.indexOf(':')) : "";
    ClassLoader classes = Thread.currentThread().getContextClassLoader();
    // Where even this one is not found, as in a native program, components cannot be looked up so.
    boolean unknown =
        classes.getResource(COMPONENTS + "direct") != null
            && classes.getResource(COMPONENTS + scheme) == null;
    return scheme.matches("[A-Za-z][A-Za-z0-9.+-]*") && !unknown
        ? Optional.empty()
        : Optional.of(
            "the URI of a Camel endpoint whose component is there, such as"
                + " kafka:server-roster?brokers=localhost:9092");
  }

  static Optional<String> signingSecret(String text) {
    try {
      new Signature(text);
      return text.length() >= LEAST_SECRET
          ? Optional.empty()
          : Optional.of("at least 24 bytes in Base64, after whsec_");
    } catch (IllegalArgumentException e) {
      return Optional.of("whsec_ and at least 24 bytes in Base64");
    }
  }

  static Optional<String> port(String text) {
    return text.matches("\\d{1,5}") && Integer.parseInt(text) > 0 && Integer.parseInt(text) < 65536
        ? Optional.empty()
        : Optional.of("a port number from 1 to 65535");
  }

  static Optional<String> positive(String text) {
    return text.matches("[1-9]\\d{0,8}") ? Optional.empty() : Optional.of("a number from 1 on");
  }

  static Optional<String> pattern(String text) {
    try {
      PeerPattern.of(text);
      return Optional.empty();
    } catch (InvalidDomainException e) {
      return Optional.of("names of servers such as partner.example or *.partner.example");
    }
  }

  static Optional<String> mail(String text) {
    return text.length() <= 254 && MAIL.matcher(text).matches()
        ? Optional.empty()
        : Optional.of("a mail address such as hostmaster@example.org");
  }

  static Optional<String> jid(String text) {
    String[] parts = text.split("@", -1);
    return parts.length == 2 && !parts[0].isBlank() && domain(parts[1]).isEmpty()
        ? Optional.empty()
        : Optional.of("an XMPP address such as hostmaster@example.org");
  }

  static Optional<String> role(String text) {
    return oneOf("admin", "auditor", "enforcer").apply(text);
  }

  static Optional<String> hash(String text) {
    return BCRYPT.matcher(text).matches() ? Optional.empty() : Optional.of(HASH);
  }

  static Optional<String> password(String text) {
    return text.length() >= 12
        ? Optional.empty()
        : Optional.of("a password of at least 12 characters");
  }

  static Optional<String> period(String text) {
    try {
      Duration period = Duration.parse(text);
      if (period.compareTo(SHORTEST) >= 0 && period.compareTo(LONGEST) <= 0) {
        return Optional.empty();
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    return Optional.of(
        "an ISO-8601 duration from a second to ten years (P3660D), such as P14D or PT12H");
  }

  static Optional<String> baseUrl(String text) {
    try {
      URI uri = new URI(text);
      if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return Optional.empty();
      }
    } catch (URISyntaxException e) {
      // said below
    }
    return Optional.of("an address such as https://roster.example.org, without query or fragment");
  }

  static Optional<String> collector(String text) {
    return baseUrl(text)
        .map(
            hint ->
                "the address of a collector that takes OTLP/HTTP, such as http://localhost:4318");
  }

  static Function<String, Optional<String>> oneOf(String... words) {
    List<String> choice = List.of(words);
    return text ->
        choice.contains(text) ? Optional.empty() : Optional.of(String.join(" or ", choice));
  }

  static Function<String, Optional<String>> each(Function<String, Optional<String>> check) {
    return text -> {
      for (String part : text.split(",")) {
        Optional<String> hint = check.apply(part.strip());
        if (hint.isPresent()) {
          return hint.map(words -> words + ", several separated by commas");
        }
      }
      return Optional.empty();
    };
  }
}
