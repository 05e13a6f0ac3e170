package org.serverroster.config;

import static org.serverroster.config.SettingValues.each;
import static org.serverroster.config.SettingValues.oneOf;

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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;

/**
 * Looks at every {@code roster.*} setting before anything starts. Each problem is one line that
 * names the key and says what to write; values are never repeated, they may be secrets.
 */
public final class SettingsCheck {

  private static final String PREFIX = "roster.";
  private static final Pattern PER_DOMAIN =
      Pattern.compile("roster\\.domain\\.(\"[^\"]+\"|[^.]+)\\.admins\\.(mail|jid)(\\[\\d+])?");
  private static final Pattern PER_USER =
      Pattern.compile("roster\\.users\\.(\"[^\"]+\"|[^.]+)\\.(password|roles)(\\[\\d+])?");

  private static final String ROLES = "admin or auditor or enforcer, several separated by commas";

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
    must("roster.admin.password", "a password of at least 12 characters for the user admin");
    may("roster.xmpp.component", SettingValues::domain);
    may("roster.xmpp.secret", SettingValues::anything);
    may("roster.xmpp.host", SettingValues::anything);
    may("roster.xmpp.port", SettingValues::port);
    may("roster.xmpp.tls", oneOf("none", "direct"));
    may("roster.xmpp.tls-ca", SettingValues::anything);
    may("roster.domains", each(SettingValues::domain));
    may("roster.admins.mail", each(SettingValues::mail));
    may("roster.admins.jid", each(SettingValues::jid));
    may("roster.base-url", SettingValues::baseUrl);
    may("roster.mail.protocol", oneOf("smtp", "smtps"));
    may("roster.mail.host", SettingValues::anything);
    may("roster.mail.port", SettingValues::port);
    may("roster.mail.username", SettingValues::anything);
    may("roster.mail.password", SettingValues::anything);
    may("roster.mail.from", SettingValues::mail);
    may("roster.mail.starttls", oneOf("true", "false"));
    may("roster.db.kind", oneOf("h2", "postgresql"));
    may("roster.db.url", SettingValues::anything);
    may("roster.db.username", SettingValues::anything);
    may("roster.db.password", SettingValues::anything);
    may("roster.approval.expires-after", SettingValues::period);
    may("roster.approval.confirm", oneOf("button", "type-domain", "login"));
    may("roster.admin.password", SettingValues::password);
    may("roster.approval.quorum", SettingValues::positive);
    may("roster.approval.remind-after", SettingValues::period);
    may("roster.approval.escalate-to", each(SettingValues::mail));
    may("roster.approval.escalate-after", SettingValues::period);
    may("roster.approval.review-after", SettingValues::period);
    may("roster.denial.quiet-period", SettingValues::period);
    may("roster.outbound.resend-after", SettingValues::period);
    may("roster.outbound.give-up-after", SettingValues::period);
    may("roster.auto-approve", each(SettingValues::pattern));
    may("roster.limits.pending-requests", SettingValues::positive);
    may("roster.limits.requests-per-day", SettingValues::positive);
    may("roster.limits.requests-per-peer", SettingValues::positive);
    may("roster.limits.mails-per-hour", SettingValues::positive);
    may("roster.limits.digest-every", SettingValues::period);
    may("roster.events.uri", SettingValues::endpoint);
    may("roster.events.secret", SettingValues::signingSecret);
    may("roster.events.give-up-after", SettingValues::period);
    may("roster.events.required", oneOf("true", "false"));
    may("roster.notify.uri", SettingValues::endpoint);
    may("roster.notify.format", oneOf("text", "json"));
    may("roster.log.format", oneOf("text", "json"));
    may("roster.tracing.endpoint", SettingValues::collector);
    may("roster.commands.uri", SettingValues::endpoint);
    may("roster.commands.secret", SettingValues::signingSecret);
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
    checkSomebodyIsAsked(problems);
    checkUsers(problems);
    problems.addAll(new SettingsTogether(this::value, mailLists()).problems());
    return problems;
  }

  /** Where each domain has addresses of its own, nobody needs those of all. */
  private void checkSomebodyIsAsked(List<String> problems) {
    String everywhere = "roster.admins.mail";
    boolean isMissing =
        value(everywhere).isEmpty()
            && !isUnexpanded(everywhere)
            && ours().anyMatch(domain -> !hasAddressesOfItsOwn(domain));
    if (isMissing) {
      problems.add(
          everywhere + " is missing: write the mail addresses that are asked, separated by commas");
    }
  }

  /** However often, and in whatever spelling, the domain is named: each time with addresses. */
  private boolean hasAddressesOfItsOwn(String domain) {
    Set<String> lists =
        names.stream()
            .filter(name -> PER_DOMAIN.matcher(name).matches() && isNameOf(name, domain))
            .map(name -> name.replaceFirst("\\.admins\\.(mail|jid)(\\[\\d+])?$", ".admins.mail"))
            .collect(Collectors.toSet());
    return !lists.isEmpty()
        && lists.stream().allMatch(list -> value(list).or(() -> value(list + "[0]")).isPresent());
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
            problems.add(password + " is missing: write " + SettingValues.HASH);
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

  /** The keys of all lists of administrators' addresses. */
  private List<String> mailLists() {
    return Stream.concat(
            Stream.of("roster.admins.mail"),
            names.stream().filter(name -> PER_DOMAIN.matcher(name).matches()))
        .filter(name -> name.endsWith(".admins.mail"))
        .toList();
  }

  /** Whether a key of the form roster.domain.NAME.... names one of our domains. */
  private boolean isOneOfOurs(String name) {
    return ours().anyMatch(domain -> isNameOf(name, domain));
  }

  private static boolean isNameOf(String key, String ours) {
    String named = PER_DOMAIN.matcher(key).replaceFirst("$1").replace("\"", "");
    try {
      return Domain.of(ours).equals(Domain.of(named));
    } catch (InvalidDomainException e) {
      return false;
    }
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
            ? SettingValues::hash
            : key.contains(".admins.mail")
                ? each(SettingValues::mail)
                : each(key.contains(".admins.jid") ? SettingValues::jid : SettingValues::role);
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
}
