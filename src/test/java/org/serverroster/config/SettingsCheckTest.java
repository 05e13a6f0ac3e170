package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertiesLocationConfigSourceFactory;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsCheckTest {

  private final Map<String, String> settings =
      new HashMap<>(
          Map.of(
              "roster.xmpp.component", "roster.capulet.lit",
              "roster.xmpp.secret", "s3cret",
              "roster.base-url", "https://roster.capulet.lit",
              "roster.admins.mail", "nurse@capulet.lit",
              "roster.admin.password", "wherefore-art-thou"));

  @Test
  void theSmallestSettingsStart() {
    assertEquals(List.of(), problems());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "roster.xmpp.component",
        "roster.xmpp.secret",
        "roster.base-url",
        "roster.admins.mail",
        "roster.admin.password"
      })
  void aMissingOneIsNamed(String key) {
    settings.remove(key);
    String problem = onlyProblem();
    assertTrue(problem.startsWith(key + " is missing: write "), problem);
    settings.put(key, "  ");
    assertEquals(problem, onlyProblem());
  }

  @ParameterizedTest
  @CsvSource({
    "roster.xmpp.component, romeo@montague.lit",
    "roster.xmpp.component, not a domain",
    "roster.xmpp.port, 0",
    "roster.xmpp.port, 65536",
    "roster.xmpp.port, many",
    "roster.xmpp.tls, yes",
    "roster.domains, 'capulet.lit,,x'",
    "roster.admins.mail, nurse",
    "roster.admins.mail, 'nurse@capulet.lit, juliet@capulet.lit>'",
    "roster.admins.jid, capulet.lit",
    "roster.base-url, roster.capulet.lit",
    "roster.base-url, ftp://roster.capulet.lit",
    "roster.base-url, https://roster.capulet.lit/?a=b",
    "roster.mail.protocol, imap",
    "roster.mail.port, -1",
    "roster.mail.from, 'Server Roster'",
    "roster.mail.starttls, maybe",
    "roster.db.kind, mysql",
    "roster.db.url, jdbc:postgresql://localhost/roster",
    "roster.approval.expires-after, 14 days",
    "roster.approval.expires-after, PT0S",
    "roster.approval.expires-after, -P1D",
    "roster.approval.expires-after, P999999999999D",
    "roster.approval.expires-after, PT2562047788015215H",
    "roster.approval.expires-after, P3661D",
    "roster.approval.remind-after, PT0.999999999S",
    "roster.approval.escalate-after, P3660DT1S",
    "roster.outbound.resend-after, P365000D",
    "roster.limits.digest-every, PT0.000000001S",
    "roster.approval.confirm, twice",
    "roster.approval.quorum, 0",
    "roster.approval.quorum, two",
    "roster.approval.quorum, 9",
    "roster.approval.escalate-to, nobody",
    "roster.approval.review-after, yearly",
    "roster.denial.quiet-period, 30",
    "roster.outbound.give-up-after, forever",
    "roster.limits.pending-requests, -1",
    "roster.limits.mails-per-hour, many",
    "roster.limits.requests-per-day, -5",
    "roster.limits.requests-per-peer, often",
    "roster.limits.digest-every, hourly",
    "roster.auto-approve, *.lit",
    "roster.events.uri, nowhere",
    "roster.events.uri, kafak:server-roster?brokers=localhost:9092",
    "roster.events.secret, guess-me",
    "roster.events.secret, whsec_c2hvcnQ=",
    "roster.events.give-up-after, never",
    "roster.events.required, perhaps",
    "roster.notify.uri, slack",
    "roster.notify.format, xml",
    "roster.commands.authenticated, perhaps",
    "roster.auto-approve, 'partner.example, *'",
    "roster.auto-approve, a*.example",
    "roster.admin.password, short",
    "roster.users.admin.roles, auditor",
    "'roster.domain.\"verona.lit\".admins.mail', escalus@verona.lit",
    "roster.db.url, jdbc:h2:tcp://localhost/roster",
    "roster.db.url, jdbc:h2:file:./x;AUTO_SERVER=TRUE",
    "'roster.domain.\"roster.capulet.lit\".admins.mail', nobody",
  })
  void aSenselessOneIsNamedAndItsValueIsNot(String key, String value) {
    settings.put(key, value);
    String problem = onlyProblem();
    assertTrue(problem.startsWith(key + " makes no sense: write"), problem);
    assertFalse(problem.contains(value), problem);
    assertFalse(problem.contains("\n"), problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "roster.xmpp.hostname",
        "roster.admin.mail",
        "roster.domain.\"capulet.lit\".admin.mail",
        "roster.users.montague.passwort",
        "ROSTER_XMPP_PASSWORD",
        "roster.x\ny"
      })
  void anUnknownOneIsAnError(String name) {
    settings.put(name, "x");
    String problem = onlyProblem();
    assertTrue(problem.contains(" is not a setting"), problem);
    assertFalse(problem.contains("\n"), problem);
  }

  @Test
  void theEnvironmentMaySayTheSame() {
    settings.remove("roster.base-url");
    settings.put("ROSTER_BASE_URL", "https://roster.capulet.lit");
    settings.put("roster.base.url", "https://roster.capulet.lit");
    assertEquals(List.of(), new SettingsCheck(settings.keySet(), this::asSmallRyeDoes).problems());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1S", "PT12H", "P14D", "P3660D"})
  void aPeriodLastsFromASecondToTenYears(String period) {
    settings.put("roster.approval.expires-after", period);
    assertEquals(List.of(), problems());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain-text-password",
        "$2a$03$%s",
        "$2a$17$%s",
        "$2y$99$%s",
        "$2x$12$%s",
        "$2y$12$!%s",
      })
  void aHashThatNobodyCouldLogInByIsRefused(String hash) {
    settings.put("roster.users.montague.password", hash.formatted("x".repeat(53)));
    settings.put("roster.users.montague.roles", "auditor");
    assertTrue(
        onlyProblem().startsWith("roster.users.montague.password makes no sense: write a bcrypt"),
        onlyProblem());
    assertFalse(onlyProblem().contains("xxx"), onlyProblem());
  }

  @ParameterizedTest
  @ValueSource(strings = {"$2a$04$", "$2y$12$", "$2y$16$"})
  void aUserHasAHashAndRoles(String start) {
    settings.put("roster.users.montague.password", start + "x".repeat(53));
    settings.put("roster.users.montague.roles", "auditor,enforcer");
    assertEquals(List.of(), problems());
    settings.put("roster.users.montague.roles", "king");
    assertTrue(
        onlyProblem().startsWith("roster.users.montague.roles makes no sense: write admin or"),
        onlyProblem());
  }

  @Test
  void halfAUserIsNoUser() {
    settings.put("roster.users.montague.password", "$2y$12$" + "x".repeat(53));
    assertTrue(
        onlyProblem().startsWith("roster.users.montague.roles is missing: write "), onlyProblem());
    settings.put("roster.users.montague.roles", "");
    assertTrue(
        onlyProblem().startsWith("roster.users.montague.roles is missing: write "), onlyProblem());
    settings.remove("roster.users.montague.password");
    settings.put("roster.users.\"montague\".roles[0]", "auditor");
    assertTrue(
        onlyProblem().startsWith("roster.users.montague.password is missing: write a bcrypt hash"),
        onlyProblem());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ROSTER_DOMAIN__ROSTER_CAPULET_LIT__ADMINS_MAIL | garbage"
            + " | roster.domain.\"roster.capulet.lit\".admins.mail makes no sense: write a mail",
        "ROSTER_DOMAIN__ROSTER_CAPULET_LIT__ADMINS_JID | garbage"
            + " | roster.domain.\"roster.capulet.lit\".admins.jid makes no sense: write an XMPP",
        "ROSTER_DOMAIN__VERONA_LIT__ADMINS_MAIL | escalus@verona.lit"
            + " | roster.domain.\"verona.lit\".admins.mail makes no sense: write the name of a",
        "ROSTER_DOMAIN_CAPULET_LIT_ADMINS_MAIL | nurse@capulet.lit"
            + " | ROSTER_DOMAIN_CAPULET_LIT_ADMINS_MAIL is not a setting",
        "ROSTER_DOMAIN__ROSTER_CAPULET_LIT__ADMIN_MAIL | nurse@capulet.lit"
            + " | ROSTER_DOMAIN__ROSTER_CAPULET_LIT__ADMIN_MAIL is not a setting",
        "ROSTER_USERS_BOB_ROLS | auditor | ROSTER_USERS_BOB_ROLS is not a setting",
        "ROSTER_USERS_BOB_SMITH_ROLES | auditor | ROSTER_USERS_BOB_SMITH_ROLES is not a setting",
        "ROSTER_USERS_BOB_ROLES | auditor | roster.users.bob.password is missing: write a bcrypt",
        "ROSTER_USERS_BOB_PASSWORD | secret | roster.users.bob.password makes no sense: write a",
      })
  void aVariableOfADomainOrAUserIsLookedAtLikeALineOfAFile(
      String name, String value, String problem) {
    Map<String, String> environment = new HashMap<>(Map.of(name, value));
    if (name.equals("ROSTER_USERS_BOB_PASSWORD")) {
      environment.put("ROSTER_USERS_BOB_ROLES", "auditor");
    }
    List<String> problems = problems(environment);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).startsWith(problem), problems::toString);
  }

  @Test
  void aVariableCanSayTheRestOfWhatTheFileBegins() {
    settings.put("roster.domains", "house-of.capulet.lit");
    settings.put("roster.domain.\"house-of.capulet.lit\".admins.mail", "juliet@capulet.lit");
    settings.put("roster.users.jane-doe.roles", "auditor");
    assertEquals(
        List.of(),
        problems(
            Map.of(
                "ROSTER_DOMAIN__HOUSE_OF_CAPULET_LIT__ADMINS_JID",
                "juliet@capulet.lit",
                "ROSTER_USERS_JANE_DOE_PASSWORD",
                "$2y$12$" + "x".repeat(53))));
    assertEquals(
        1,
        problems(Map.of("ROSTER_USERS_JANE_DOE_PASSWORD", "secret")).size(),
        "and it is looked at");
  }

  @Test
  void goodVariablesOfDomainsAndUsersStart() {
    settings.put("roster.domains", "capulet.lit, house-of.capulet.lit");
    settings.put("roster.domain.\"house-of.capulet.lit\".admins.mail", "juliet@capulet.lit");
    assertEquals(
        List.of(),
        problems(
            Map.of(
                "ROSTER_DOMAIN__CAPULET_LIT__ADMINS_MAIL", "nurse@capulet.lit",
                "ROSTER_DOMAIN__HOUSE_OF_CAPULET_LIT__ADMINS_MAIL", "nurse@capulet.lit",
                "ROSTER_USERS_BOB_PASSWORD", "$2y$12$" + "x".repeat(53),
                "ROSTER_USERS_BOB_ROLES", "auditor,enforcer")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"roster.xmpp.secret", "roster.mail.password"})
  void aDollarThatBeginsAnExpressionIsExplained(String key) {
    settings.put(key, "a${nosuch}b");
    List<String> problems = problems(Map.of());
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).startsWith(key + " makes no sense: write $${"), problems::toString);
    settings.put(key, "a$${nosuch}b");
    assertEquals(List.of(), problems(Map.of()));
  }

  @Test
  void aCertificateAuthorityMustBeReadableAndOfUse() throws Exception {
    settings.put("roster.xmpp.tls", "direct");
    settings.put("roster.xmpp.tls-ca", "/nonexistent.pem");
    assertTrue(onlyProblem().startsWith("roster.xmpp.tls-ca makes no sense"), onlyProblem());
    settings.put("roster.xmpp.tls-ca", "pom.xml");
    assertEquals(List.of(), problems());
    settings.remove("roster.xmpp.tls");
    assertTrue(onlyProblem().startsWith("roster.xmpp.tls-ca makes no sense"), onlyProblem());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka:server-roster?brokers=localhost:9092",
        "https://hooks.example.org/T0KEN",
        "jms:queue:server-roster",
        "file:/var/spool/server-roster?fileExist=Append"
      })
  void eventsMayGoToAnyEndpointThatIsThere(String uri) {
    settings.put("roster.events.uri", uri);
    settings.put("roster.events.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr");
    assertEquals(List.of(), problems());
  }

  @Test
  void commandsMustBeVouchedFor() {
    settings.put("roster.commands.uri", "kafka:commands?brokers=localhost:9092");
    assertTrue(onlyProblem().startsWith("roster.commands.secret is missing"), onlyProblem());
    settings.put("roster.commands.authenticated", "false");
    assertTrue(onlyProblem().startsWith("roster.commands.secret is missing"), onlyProblem());
    settings.put("roster.commands.authenticated", "true");
    assertEquals(List.of(), problems());
    settings.remove("roster.commands.authenticated");
    settings.put("roster.commands.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr");
    assertEquals(List.of(), problems());
  }

  @Test
  void aFileCannotBeSigned() {
    settings.put("roster.commands.uri", "file:/var/spool/commands");
    settings.put("roster.commands.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr");
    assertTrue(
        onlyProblem()
            .startsWith(
                "roster.commands.secret makes no sense: write roster.commands.authenticated=true"),
        onlyProblem());
    settings.put("roster.commands.authenticated", "true");
    assertTrue(onlyProblem().startsWith("roster.commands.secret makes no sense"), onlyProblem());
    settings.remove("roster.commands.secret");
    assertEquals(List.of(), problems());
  }

  @Test
  void anEndpointGetsWhatItNeedsAndKeepsTheOperators() {
    assertEquals(
        "kafka:x?groupId=mine&autoOffsetReset=earliest",
        DerivedSettings.withOptions(
            "kafka:x?groupId=mine", List.of("groupId=server-roster", "autoOffsetReset=earliest")));
    assertEquals(
        "jms:queue:x?transacted=true",
        DerivedSettings.withOptions("jms:queue:x", List.of("transacted=true")));
  }

  @Test
  void whatKubernetesPutsThereForAServiceOfOurNameIsNoSetting() {
    settings.put("ROSTER_SERVICE_HOST", "10.0.0.1");
    settings.put("ROSTER_PORT", "tcp://10.0.0.1:80");
    settings.put("ROSTER_PORT_80_TCP_ADDR", "10.0.0.1");
    assertEquals(List.of(), problems());
  }

  @Test
  void aQuorumNeedsAsManyAdministratorsInEveryDomain() {
    settings.put("roster.admins.mail", "nurse@capulet.lit,juliet@capulet.lit");
    settings.put("roster.approval.quorum", "2");
    assertEquals(List.of(), problems());
    settings.put("roster.admins.mail", "nurse@capulet.lit, Nurse@capulet.lit");
    assertTrue(onlyProblem().startsWith("roster.approval.quorum makes no sense"), onlyProblem());
    settings.put("roster.admins.mail", "nurse@capulet.lit,juliet@capulet.lit");
    settings.put("roster.domain.\"roster.capulet.lit\".admins.mail", "escalus@verona.lit");
    assertTrue(onlyProblem().startsWith("roster.approval.quorum makes no sense"), onlyProblem());
  }

  @Test
  void postgresqlNeedsAUrl() {
    settings.put("roster.db.kind", "postgresql");
    assertTrue(onlyProblem().startsWith("roster.db.url "), onlyProblem());
    settings.put("roster.db.url", "jdbc:postgresql://localhost/roster");
    assertEquals(List.of(), problems());
  }

  @Test
  void theEmbeddedDatabaseGetsTheOptionsItNeedsAndKeepsTheOperators() {
    String url = DerivedSettings.withH2Options("jdbc:h2:file:./x;CACHE_SIZE=1000");
    assertTrue(url.startsWith("jdbc:h2:file:./x;CACHE_SIZE=1000;"), url);
    assertTrue(url.contains(";MODE=PostgreSQL"), url);
    assertTrue(url.contains(";DATABASE_TO_LOWER=TRUE"), url);
    assertTrue(url.contains(";WRITE_DELAY=86400000"), url);
    settings.put("roster.db.url", "jdbc:h2:file:./x;CACHE_SIZE=1000");
    assertEquals(List.of(), problems());
  }

  @ParameterizedTest
  @ValueSource(strings = {"MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE", "db_close_on_exit=false"})
  void whatH2NeedsMayBeSaidAsWeSayIt(String options) {
    settings.put("roster.db.url", "jdbc:h2:file:./x;" + options);
    assertEquals(List.of(), problems());
    settings.put("roster.db.url", "jdbc:h2:file:./x;" + options + ";MODE=Oracle");
    assertTrue(onlyProblem().contains("write no MODE in it"), onlyProblem());
  }

  @Test
  void whereEachDomainHasAddressesOfItsOwnNobodyNeedsThoseOfAll() {
    settings.remove("roster.admins.mail");
    settings.put("roster.domains", "capulet.lit, Montague.LIT");
    settings.put("roster.domain.\"capulet.lit\".admins.mail", "nurse@capulet.lit");
    assertTrue(onlyProblem().startsWith("roster.admins.mail is missing"), onlyProblem());
    settings.put("roster.domain.\"montague.lit\".admins.mail", "balthasar@montague.lit");
    assertEquals(List.of(), problems());
    settings.put("roster.domain.\"MONTAGUE.lit\".admins.jid", "balthasar@montague.lit");
    assertTrue(onlyProblem().startsWith("roster.admins.mail is missing"), onlyProblem());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "write_delay=100",
        "CACHE_SIZE=1000;AUTO_COMPACT_FILL_RATE=90",
        "MAX_COMPACT_TIME = 200",
        "MODE=Oracle",
        "DB_CLOSE_ON_EXIT=TRUE",
        "INIT=SET WRITE_DELAY 500"
      })
  void whatH2NeedsIsNotForTheOperatorToSet(String option) {
    settings.put("roster.db.url", "jdbc:h2:file:./x;" + option);
    String name = option.replaceFirst("CACHE_SIZE=1000;", "").replaceFirst(" *=.*", "");
    assertTrue(
        onlyProblem()
            .startsWith("roster.db.url makes no sense: write no " + name.toUpperCase(Locale.ROOT)),
        onlyProblem());
  }

  @Test
  void theDatabaseOfTheOperatorsFileIsTheOneInUse(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(file, "roster.db.kind=postgresql\nroster.db.url=jdbc:postgresql://db/x\n");
    SmallRyeConfig config = operatedBy(file, Map.of());
    assertEquals("true", config.getRawValue("quarkus.datasource.postgresql.active"));
    assertEquals("false", config.getRawValue("quarkus.datasource.h2.active"));
    assertEquals(
        "jdbc:postgresql://db/x", config.getRawValue("quarkus.datasource.postgresql.jdbc.url"));
  }

  @Test
  void theEnvironmentWinsOverTheOperatorsFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(file, "roster.db.kind=postgresql\n");
    SmallRyeConfig config = operatedBy(file, Map.of("roster.db.kind", "h2"));
    assertEquals("true", config.getRawValue("quarkus.datasource.h2.active"));
  }

  private static SmallRyeConfig operatedBy(Path file, Map<String, String> environment) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withSources(
            new PropertiesConfigSource(
                Map.of(SmallRyeConfig.SMALLRYE_CONFIG_LOCATIONS, file.toUri().toString()),
                "what the program brings along",
                250))
        .withSources(new PropertiesConfigSource(environment, "environment", 300))
        .withSources(new DerivedSettings(), new PropertiesLocationConfigSourceFactory())
        .build();
  }

  private Optional<String> asSmallRyeDoes(String key) {
    String variable = key.toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    return Optional.ofNullable(settings.getOrDefault(key, settings.get(variable)));
  }

  private String onlyProblem() {
    List<String> problems = problems();
    assertEquals(1, problems.size(), problems::toString);
    return problems.get(0);
  }

  private List<String> problems() {
    return check().problems();
  }

  /** The same from a file and the environment, as the program reads them. */
  private List<String> problems(Map<String, String> environment) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withSources(new EnvConfigSource(environment, 300))
            .withSources(new PropertiesConfigSource(settings, "file", 250))
            .build();
    return SettingsCheck.of(config).problems();
  }

  private SettingsCheck check() {
    return new SettingsCheck(settings.keySet(), key -> Optional.ofNullable(settings.get(key)));
  }
}
