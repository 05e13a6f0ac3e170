package org.serverroster.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.serverroster.event.Signature;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.PeerPattern;

/**
 * Looks at every {@code roster.*} setting before anything starts. Each problem is one line that
 * names the key and says what to write; values are never repeated, they may be secrets.
 */
public final class SettingsCheck {

  private static final String PREFIX = "roster.";
  private static final Pattern MAIL =
      Pattern.compile("[^\\s@<>\",;:()\\\\]+@[^\\s@<>\",;:()\\\\]+");

  /**
   * What the library can compare with (not $2b$, which is the same as $2y$) in the time that
   * somebody who logs in has.
   */
  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[ay]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}");

  private static final Pattern PER_DOMAIN =
      Pattern.compile("roster\\.domain\\.(\"[^\"]+\"|[^.]+)\\.admins\\.(mail|jid)(\\[\\d+])?");
  private static final Pattern PER_USER =
      Pattern.compile("roster\\.users\\.(\"[^\"]+\"|[^.]+)\\.(password|roles)(\\[\\d+])?");

  /** What is due more often would be looked at all the time. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** What is due later is not meant; the database has no date for all that could be written. */
  private static final Duration LONGEST = Duration.ofDays(3660);

  /** Endpoints whose messages are files, which have no headers. */
  private static final Pattern FILES = Pattern.compile("(file|ftps?|sftp):");

  private static final String HASH =
      "a bcrypt hash that starts with $2a$ or $2y$ and a cost from 04 to 16, as htpasswd -nBC 12"
          + " makes it";

  private static final String ROLES = "admin or auditor or enforcer, several separated by commas";

  private static final String COMPONENTS = "META-INF/services/org/apache/camel/component/";

  /** Standard Webhooks asks for 24 bytes, which are 32 characters of Base64. */
  private static final int LEAST_SECRET = Signature.PREFIX.length() + 32;

  /** Names that Kubernetes puts into the environment for a Service called "roster". */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("ROSTER_(SERVICE_.*|PORT|PORT_\\d+_.*)");

  private final Map<String, Function<String, Optional<String>>> known = new LinkedHashMap<>();
  private final Map<String, String> required = new LinkedHashMap<>();
  private final Set<String> names;
  private final Function<String, Optional<String>> values;
  private final Function<String, Optional<String>> written;

  /**
   * @param names the names of all properties, from every source, environment variables included
   * @param values the value of a property
   */
  public SettingsCheck(Iterable<String> names, Function<String, Optional<String>> values) {
    this(names, values, values);
  }

  /**
   * @param written the value of a property before other settings are put into it
   */
  private SettingsCheck(
      Iterable<String> names,
      Function<String, Optional<String>> values,
      Function<String, Optional<String>> written) {
    this.names = new TreeSet<>();
    names.forEach(this.names::add);
    this.values = values;
    this.written = written;
    must("roster.xmpp.component", "the component's own domain, for instance roster.example.org");
    must("roster.xmpp.secret", "the secret that the XMPP server has for this component");
    must(
        "roster.base-url",
        "the address people reach this service at, for instance https://roster.example.org");
    must("roster.admins.mail", "the mail addresses that are asked, separated by commas");
    must("roster.admin.password", "a password of at least 12 characters for the user admin");
    may("roster.xmpp.component", SettingsCheck::domain);
    may("roster.xmpp.secret", SettingsCheck::anything);
    may("roster.xmpp.host", SettingsCheck::anything);
    may("roster.xmpp.port", SettingsCheck::port);
    may("roster.xmpp.tls", oneOf("none", "direct"));
    may("roster.xmpp.tls-ca", SettingsCheck::anything);
    may("roster.domains", each(SettingsCheck::domain));
    may("roster.admins.mail", each(SettingsCheck::mail));
    may("roster.admins.jid", each(SettingsCheck::jid));
    may("roster.base-url", SettingsCheck::baseUrl);
    may("roster.mail.protocol", oneOf("smtp", "smtps"));
    may("roster.mail.host", SettingsCheck::anything);
    may("roster.mail.port", SettingsCheck::port);
    may("roster.mail.username", SettingsCheck::anything);
    may("roster.mail.password", SettingsCheck::anything);
    may("roster.mail.from", SettingsCheck::mail);
    may("roster.mail.starttls", oneOf("true", "false"));
    may("roster.db.kind", oneOf("h2", "postgresql"));
    may("roster.db.url", SettingsCheck::anything);
    may("roster.db.username", SettingsCheck::anything);
    may("roster.db.password", SettingsCheck::anything);
    may("roster.approval.expires-after", SettingsCheck::period);
    may("roster.approval.confirm", oneOf("button", "type-domain", "login"));
    may("roster.admin.password", SettingsCheck::password);
    may("roster.approval.quorum", SettingsCheck::positive);
    may("roster.approval.remind-after", SettingsCheck::period);
    may("roster.approval.escalate-to", each(SettingsCheck::mail));
    may("roster.approval.escalate-after", SettingsCheck::period);
    may("roster.approval.review-after", SettingsCheck::period);
    may("roster.denial.quiet-period", SettingsCheck::period);
    may("roster.outbound.resend-after", SettingsCheck::period);
    may("roster.outbound.give-up-after", SettingsCheck::period);
    may("roster.auto-approve", each(SettingsCheck::pattern));
    may("roster.limits.pending-requests", SettingsCheck::positive);
    may("roster.limits.requests-per-day", SettingsCheck::positive);
    may("roster.limits.requests-per-peer", SettingsCheck::positive);
    may("roster.limits.mails-per-hour", SettingsCheck::positive);
    may("roster.limits.digest-every", SettingsCheck::period);
    may("roster.events.uri", SettingsCheck::endpoint);
    may("roster.events.secret", SettingsCheck::signingSecret);
    may("roster.events.give-up-after", SettingsCheck::period);
    may("roster.events.required", oneOf("true", "false"));
    may("roster.notify.uri", SettingsCheck::endpoint);
    may("roster.notify.format", oneOf("text", "json"));
    may("roster.log.format", oneOf("text", "json"));
    may("roster.tracing.endpoint", SettingsCheck::collector);
    may("roster.commands.uri", SettingsCheck::endpoint);
    may("roster.commands.secret", SettingsCheck::signingSecret);
    may("roster.commands.authenticated", oneOf("true", "false"));
  }

  /** A look at everything that is set, from every source. */
  static SettingsCheck of(Config config) {
    return new SettingsCheck(
        config.getPropertyNames(),
        key -> config.getOptionalValue(key, String.class),
        key -> Optional.ofNullable(config.getConfigValue(key).getRawValue()));
  }

  /** What is wrong, a line each; empty when the service can start. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    required.forEach(
        (key, hint) -> {
          if (value(key).isEmpty() && !isUnexpanded(key)) {
            problems.add(key + " is missing: write " + hint);
          }
        });
    known.forEach(
        (key, check) ->
            value(key)
                .flatMap(check)
                .ifPresent(hint -> problems.add(key + " makes no sense: write " + hint)));
    names.stream().filter(this::isOurs).forEach(name -> checkName(name, problems));
    Stream.concat(
            known.keySet().stream(),
            names.stream().filter(name -> name.startsWith(PREFIX) && isOurs(name)))
        .filter(this::isUnexpanded)
        .distinct()
        .forEach(
            key ->
                problems.add(
                    key
                        + " makes no sense: write $${ for each ${ in it; what is in its braces is"
                        + " no setting that there is"));
    checkUsers(problems);
    checkTogether(problems);
    return problems;
  }

  /** Whether a value has the name of a setting in it that is not there. */
  private boolean isUnexpanded(String key) {
    return values.apply(key).isEmpty()
        && written.apply(key).filter(text -> text.contains("${")).isPresent();
  }

  /** Who has a password has roles, and the other way round. */
  private void checkUsers(List<String> problems) {
    Map<String, Set<String>> users = new TreeMap<>();
    for (String name : names) {
      Matcher matcher = PER_USER.matcher(name);
      if (matcher.matches()) {
        String user = matcher.group(1).replace("\"", "");
        Set<String> parts = users.computeIfAbsent(user, any -> new TreeSet<>());
        if (value(name).isPresent() || isUnexpanded(name)) {
          parts.add(matcher.group(2));
        }
      }
    }
    users.remove("admin");
    users.forEach(
        (user, parts) -> {
          String named = user.contains(".") ? '"' + user + '"' : user;
          String password = userKey(named, "password");
          if (!parts.contains("password") && value(password).isEmpty()) {
            problems.add(password + " is missing: write " + HASH);
          }
          String roles = userKey(named, "roles");
          if (!parts.contains("roles") && value(roles).isEmpty()) {
            problems.add(roles + " is missing: write " + ROLES);
          }
        });
  }

  /** The keys of all settings but those of single domains and users. */
  Set<String> keys() {
    return known.keySet();
  }

  private void checkTogether(List<String> problems) {
    Optional<String> kind = value("roster.db.kind");
    Optional<String> url = value("roster.db.url");
    if (kind.filter("postgresql"::equals).isPresent()) {
      if (url.filter(text -> text.startsWith("jdbc:postgresql:")).isEmpty()) {
        problems.add(
            "roster.db.url makes no sense: write, with roster.db.kind=postgresql, a URL like"
                + " jdbc:postgresql://host:5432/roster");
      }
    } else if (url.isPresent() && !isEmbedded(url.get())) {
      problems.add(
          "roster.db.url makes no sense: write, with roster.db.kind=h2, a URL like"
              + " jdbc:h2:file:./data/server-roster, a database of this process alone");
    } else {
      url.flatMap(DerivedSettings::ourOption)
          .ifPresent(
              option ->
                  problems.add(
                      "roster.db.url makes no sense: write no "
                          + option
                          + " in it; what H2 needs so that nothing is lost is set by this program"));
    }
    checkQuorum(problems);
    if (value("roster.commands.uri").isPresent()
        && value("roster.commands.secret").isEmpty()
        && !value("roster.commands.authenticated").equals(Optional.of("true"))) {
      problems.add(
          "roster.commands.secret is missing: write what commands are signed with, or"
              + " roster.commands.authenticated=true when only those can write to the endpoint who"
              + " may command");
    }
    if (value("roster.commands.secret").isPresent()
        && value("roster.commands.uri").filter(uri -> FILES.matcher(uri).lookingAt()).isPresent()) {
      problems.add(
          "roster.commands.secret makes no sense: write roster.commands.authenticated=true in its"
              + " place when only those can write to the folder who may command; a file has no"
              + " headers for a signature");
    }
    Optional<String> tlsCa = value("roster.xmpp.tls-ca");
    if (tlsCa.isPresent() && !Files.isReadable(Path.of(tlsCa.get()))) {
      problems.add(
          "roster.xmpp.tls-ca makes no sense: write the name of a PEM file that we can read");
    }
    if (tlsCa.isPresent() && !value("roster.xmpp.tls").equals(Optional.of("direct"))) {
      problems.add("roster.xmpp.tls-ca makes no sense: write roster.xmpp.tls=direct with it");
    }
  }

  /** More approvals than there are administrators would never come together. */
  private void checkQuorum(List<String> problems) {
    int quorum =
        value("roster.approval.quorum")
            .filter(text -> positive(text).isEmpty())
            .map(Integer::parseInt)
            .orElse(1);
    Stream.concat(
            Stream.of("roster.admins.mail"),
            names.stream().filter(name -> PER_DOMAIN.matcher(name).matches()))
        .filter(name -> name.endsWith(".admins.mail"))
        .filter(name -> value(name).filter(list -> distinct(list) < quorum).isPresent())
        .forEach(
            name ->
                problems.add(
                    "roster.approval.quorum makes no sense: write at most the number of addresses in "
                        + name));
  }

  private static long distinct(String list) {
    return Arrays.stream(list.split(","))
        .map(mail -> mail.strip().toLowerCase(Locale.ROOT))
        .distinct()
        .count();
  }

  private static boolean isEmbedded(String url) {
    String upper = url.toUpperCase(Locale.ROOT).replace(" ", "");
    return upper.startsWith("JDBC:H2:")
        && !upper.startsWith("JDBC:H2:TCP:")
        && !upper.startsWith("JDBC:H2:SSL:")
        && !upper.contains(";AUTO_SERVER=TRUE");
  }

  /** Whether a key of the form roster.domain.NAME.... names one of our domains. */
  private boolean isOneOfOurs(String name) {
    String domain = PER_DOMAIN.matcher(name).replaceFirst("$1").replace("\"", "");
    return ours()
        .anyMatch(
            ours -> {
              try {
                return Domain.of(ours).equals(Domain.of(domain));
              } catch (InvalidDomainException e) {
                return false;
              }
            });
  }

  private Stream<String> ours() {
    return Arrays.stream(
            value("roster.domains").or(() -> value("roster.xmpp.component")).orElse("").split(","))
        .map(String::strip);
  }

  private boolean isOurs(String name) {
    // A variable of the environment is listed under its own name and under a guess at the key's.
    return name.startsWith(PREFIX)
        ? isOfOne(name) || !names.contains(asVariable(name))
        : name.startsWith("ROSTER_") && !isServiceLink(name);
  }

  /** Whether it is a setting of a single domain or user. */
  private static boolean isOfOne(String name) {
    return PER_DOMAIN.matcher(name).matches() || PER_USER.matcher(name).matches();
  }

  private static boolean isServiceLink(String name) {
    return SERVICE_LINK.matcher(name).matches();
  }

  private void checkName(String name, List<String> problems) {
    if (known.keySet().stream().anyMatch(key -> sameSetting(key, name))
        || names.stream().anyMatch(key -> isOfOne(key) && name.equals(asVariable(key)))) {
      return;
    }
    Optional<String> meant = ofSomebodyNamed(name);
    if (meant.isPresent()) {
      checkOfOne(meant.get(), problems);
      return;
    }
    boolean isKnown = PER_USER.matcher(name).matches() || isOneOfOurs(name);
    if (!isKnown
        && names.contains(asVariable(name))
        && ofSomebodyNamed(asVariable(name)).isPresent()) {
      return; // a guess at the key of that variable, which has a hyphen
    }
    if (PER_DOMAIN.matcher(name).matches()) {
      checkOfOne(name, problems);
      if (!isOneOfOurs(name)) {
        problems.add(name + " makes no sense: write the name of a domain of roster.domains in it");
      }
    } else if (PER_USER.matcher(name).replaceFirst("$1").equals("admin")) {
      problems.add(name + " makes no sense: write roster.admin.password for this user");
    } else if (PER_USER.matcher(name).matches()) {
      checkOfOne(name, problems);
    } else {
      problems.add(safe(name) + " is not a setting: correct its name or take it away");
    }
  }

  /** What a key of a single domain or user says. */
  private void checkOfOne(String key, List<String> problems) {
    Function<String, Optional<String>> check =
        key.endsWith(".password")
            ? SettingsCheck::hash
            : key.contains(".admins.mail")
                ? each(SettingsCheck::mail)
                : each(key.contains(".admins.jid") ? SettingsCheck::jid : SettingsCheck::role);
    value(key)
        .flatMap(check)
        .ifPresent(hint -> problems.add(key + " makes no sense: write " + hint));
  }

  /**
   * The key that a variable stands for, when it is of one of our domains, or of a user of whom a
   * key is written: what a variable does not say, a hyphen for instance, is known then.
   */
  private Optional<String> ofSomebodyNamed(String variable) {
    Stream<String> users =
        names.stream()
            .map(PER_USER::matcher)
            .filter(Matcher::matches)
            .flatMap(of -> Stream.of("password", "roles").map(p -> userKey(of.group(1), p)));
    Stream<String> domains =
        ours().flatMap(of -> Stream.of("mail", "jid").map(p -> domainKey(of, p)));
    return Stream.concat(users, domains).filter(key -> variable.equals(asVariable(key))).findAny();
  }

  private static String userKey(String user, String part) {
    return String.join(".", "roster.users", user, part);
  }

  private static String domainKey(String domain, String part) {
    return "roster.domain.\"" + domain + "\".admins." + part;
  }

  private static boolean sameSetting(String key, String name) {
    return name.equals(key)
        || (name.startsWith(key + "[") && name.endsWith("]"))
        || name.equals(asVariable(key));
  }

  private static String asVariable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  private static String safe(String name) {
    return name.replaceAll("[^\\p{Graph}]", "?");
  }

  private Optional<String> value(String key) {
    return values.apply(key).map(String::strip).filter(text -> !text.isEmpty());
  }

  private void must(String key, String hint) {
    required.put(key, hint);
  }

  private void may(String key, Function<String, Optional<String>> check) {
    known.put(key, check);
  }

  private static Optional<String> anything(String text) {
    return Optional.empty();
  }

  private static Optional<String> domain(String text) {
    try {
      Domain.of(text);
      return Optional.empty();
    } catch (InvalidDomainException e) {
      return Optional.of("a domain name such as example.org");
    }
  }

  /** An endpoint of a component that this program has; whether its options are right Camel says. */
  private static Optional<String> endpoint(String text) {
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

  private static Optional<String> signingSecret(String text) {
    try {
      new Signature(text);
      return text.length() >= LEAST_SECRET
          ? Optional.empty()
          : Optional.of("at least 24 bytes in Base64, after whsec_");
    } catch (IllegalArgumentException e) {
      return Optional.of("whsec_ and at least 24 bytes in Base64");
    }
  }

  private static Optional<String> port(String text) {
    return text.matches("\\d{1,5}") && Integer.parseInt(text) > 0 && Integer.parseInt(text) < 65536
        ? Optional.empty()
        : Optional.of("a port number from 1 to 65535");
  }

  private static Optional<String> positive(String text) {
    return text.matches("[1-9]\\d{0,8}") ? Optional.empty() : Optional.of("a number from 1 on");
  }

  private static Optional<String> pattern(String text) {
    try {
      PeerPattern.of(text);
      return Optional.empty();
    } catch (InvalidDomainException e) {
      return Optional.of("names of servers such as partner.example or *.partner.example");
    }
  }

  private static Optional<String> mail(String text) {
    return text.length() <= 254 && MAIL.matcher(text).matches()
        ? Optional.empty()
        : Optional.of("a mail address such as hostmaster@example.org");
  }

  private static Optional<String> jid(String text) {
    String[] parts = text.split("@", -1);
    return parts.length == 2 && !parts[0].isBlank() && domain(parts[1]).isEmpty()
        ? Optional.empty()
        : Optional.of("an XMPP address such as hostmaster@example.org");
  }

  private static Optional<String> role(String text) {
    return oneOf("admin", "auditor", "enforcer").apply(text);
  }

  private static Optional<String> hash(String text) {
    return BCRYPT.matcher(text).matches() ? Optional.empty() : Optional.of(HASH);
  }

  private static Optional<String> password(String text) {
    return text.length() >= 12
        ? Optional.empty()
        : Optional.of("a password of at least 12 characters");
  }

  private static Optional<String> period(String text) {
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

  private static Optional<String> baseUrl(String text) {
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

  private static Optional<String> collector(String text) {
    return baseUrl(text)
        .map(
            hint ->
                "the address of a collector that takes OTLP/HTTP, such as http://localhost:4318");
  }

  private static Function<String, Optional<String>> oneOf(String... words) {
    List<String> choice = List.of(words);
    return text ->
        choice.contains(text) ? Optional.empty() : Optional.of(String.join(" or ", choice));
  }

  private static Function<String, Optional<String>> each(Function<String, Optional<String>> check) {
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
