package org.serverroster.outbox;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes out of a message what an endpoint URI may hold of secrets: who logs in, each part of the
 * path (webhooks carry tokens there) and the values of the options. The host remains: it says where
 * it went wrong, not how to get in.
 */
public final class Redaction implements UnaryOperator<String> {

  private static final Pattern URI =
      Pattern.compile("[^:]+:(?://)?(?:([^/?]*)@)?([^/?]*)([^?]*)(?:\\?(.*))?", Pattern.DOTALL);

  private static final Pattern RAW = Pattern.compile("RAW[({](.*)[)}]", Pattern.DOTALL);

  /** What is in the names of options and settings that say how to get in. */
  private static final String OPENER = "(?:pass|secret|token|key|credential)";

  private static final Pattern OPENS = Pattern.compile(OPENER, Pattern.CASE_INSENSITIVE);

  private static final Pattern NAMED =
      Pattern.compile("([\\w.-]*" + OPENER + "[\\w.-]*=)[^&\\s,;})\\]]+", Pattern.CASE_INSENSITIVE);

  /** Options that say where, not how to get in. */
  private static final Set<String> HARMLESS = Set.of("brokers", "host", "port");

  /** What is shorter is a word such as "true", and would tear holes into every message. */
  private static final int SHORTEST = 5;

  private static final String HIDDEN = "xxxxxx";

  private final List<String> secrets;

  /**
   * @param uri the endpoint, empty when there is none
   */
  public Redaction(String uri) {
    List<String> parts = new ArrayList<>();
    Matcher matcher = URI.matcher(uri);
    if (matcher.matches()) {
      if (matcher.group(1) != null) {
        parts.add(matcher.group(1));
        parts.addAll(List.of(matcher.group(1).split(":", 2)));
      }
      parts.addAll(List.of(matcher.group(3).split("/")));
      if (matcher.group(4) != null) {
        for (String option : matcher.group(4).split("&")) {
          String[] pair = option.split("=", 2);
          if (pair.length == 2 && !HARMLESS.contains(pair[0])) {
            String value = RAW.matcher(pair[1]).replaceFirst("$1");
            if (opens(pair[0])) {
              parts.add(pair[0] + "=" + value); // however short it is
            }
            parts.add(value);
            parts.addAll(List.of(value.split("[\\s=;\"']+")));
          }
        }
      }
    }
    this.secrets =
        parts.stream()
            .flatMap(part -> Stream.of(part, decoded(part)))
            .filter(part -> part.length() >= SHORTEST)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  /** Whether an option or a setting of this name says how to get in. */
  public static boolean opens(String name) {
    return OPENS.matcher(name).find();
  }

  /** Takes out of a text what stands behind the name of an option that says how to get in. */
  public static String ofNamed(String text) {
    return NAMED.matcher(text).replaceAll("$1" + HIDDEN);
  }

  /** Takes one secret out of a text, unless it is so short that it might be any word. */
  public static UnaryOperator<String> ofSecret(String secret) {
    return secret.length() < SHORTEST || secret.equals("false")
        ? UnaryOperator.identity()
        : text -> text.replace(secret, HIDDEN);
  }

  @Override
  public String apply(String message) {
    String redacted = message;
    for (String secret : secrets) {
      redacted = redacted.replace(secret, HIDDEN);
    }
    return redacted;
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }
}
