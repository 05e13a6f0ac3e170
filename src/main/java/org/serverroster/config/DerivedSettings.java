package org.serverroster.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertiesLocationConfigSourceFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Says in Quarkus' words what the operator said in ours: which of the two datasources is in use,
 * what the embedded H2 needs to understand our SQL and to keep what it has committed, and which of
 * the endpoints of the routes there are.
 */
public class DerivedSettings implements ConfigSourceFactory {

  private static final String DEFAULT_H2_URL = "jdbc:h2:file:./data/server-roster";

  /** Without these H2 does not keep what it should; an operator's URL may not have them. */
  private static final Map<String, String> H2_OPTIONS =
      Map.of(
          "MODE", "PostgreSQL",
          "DATABASE_TO_LOWER", "TRUE",
          // H2 does not write in the background, since it would in the middle of transactions
          // (TransactionGate). What must not be lost waits for the route make-durable, which writes
          // and flushes for many commits at once; the rest is written by the route keep-house.
          "WRITE_DELAY", "86400000",
          // Nothing is moved within the file, neither while it is open nor when it is closed: H2
          // mends a move that a kill interrupted in memory alone, writes over the place of which
          // the file still speaks, and the next kill takes what was committed since.
          "AUTO_COMPACT_FILL_RATE", "0",
          "MAX_COMPACT_TIME", "0",
          // Quarkus closes the pool; H2's own hook would close the file under open transactions.
          "DB_CLOSE_ON_EXIT", "FALSE");

  /** It connects when it is first used: a receiver that is away does not keep us from starting. */
  private static final List<String> LAZILY = List.of("lazyStartProducer=true");

  /** An answer has to end as well ({@link HttpDeadline}). */
  private static final List<String> OF_HTTP =
      List.of("lazyStartProducer=true", "httpClientConfigurer=#bean:httpDeadline");

  /**
   * A Java object is not to be unpacked (OrderText takes text alone), and no message says where we
   * send anything.
   */
  private static final List<String> OF_JMS =
      List.of("transacted=true", "mapJmsMessage=false", "disableReplyTo=true");

  /** A command is acknowledged once it is kept, and waits for us while we are away. */
  private static final Map<String, List<String>> KEPT =
      Map.of(
          "jms", OF_JMS,
          "amqp", OF_JMS,
          "kafka", List.of("groupId=server-roster", "autoOffsetReset=earliest"));

  /** The domain above a peer, as the index of migration 9 has it; on H2 it is a column. */
  private static final String PARENT_OF_A_PEER =
      "(case when peer like '%.%.%' then substring(peer from position('.' in peer) + 1) else peer end)";

  /** What may have a {@code $} that means itself. */
  private static final List<String> SECRETS =
      List.of(
          "roster.xmpp.secret",
          "roster.mail.username",
          "roster.mail.password",
          "roster.admin.password",
          "roster.db.username",
          "roster.db.password",
          "roster.events.secret",
          "roster.commands.secret");

  /** Above the environment, whose secrets are said again as they are meant. */
  private static final int ABOVE_THE_ENVIRONMENT = 310;

  private static final int ENVIRONMENT = 300;

  private final Function<String, String> environment;

  /** As Quarkus makes it. */
  public DerivedSettings() {
    this(System::getenv);
  }

  DerivedSettings(Function<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    boolean postgresql = "postgresql".equals(value(context, "roster.db.kind", "h2"));
    Map<String, String> derived = new HashMap<>();
    for (String kind : List.of("h2", "postgresql")) {
      String active = Boolean.toString(postgresql == kind.equals("postgresql"));
      derived.put("quarkus.datasource." + kind + ".active", active);
      derived.put("quarkus.flyway." + kind + ".active", active);
    }
    derived.put("sql.parent", postgresql ? PARENT_OF_A_PEER : "parent");
    String chosen = "quarkus.datasource." + (postgresql ? "postgresql" : "h2");
    String url = value(context, "roster.db.url", DEFAULT_H2_URL);
    derived.put(chosen + ".jdbc.url", postgresql ? url : withH2Options(url));
    Map<String, String> secrets = new HashMap<>();
    SECRETS.forEach(key -> put(secrets, key, literally(ofEnvironment(key))));
    for (String part : List.of("username", "password")) {
      String key = "roster.db." + part;
      Said said = said(context, key);
      boolean isOfEnvironment = secrets.containsKey(key) && said.ordinal() <= ENVIRONMENT;
      put(derived, chosen + "." + part, isOfEnvironment ? secrets.get(key) : said.again());
    }
    outward(derived, "events.on", "events.to", said(context, "roster.events.uri").again());
    outward(derived, "notices.on", "notices.to", said(context, "roster.notify.uri").again());
    String commands = said(context, "roster.commands.uri").again();
    String scheme = commands.contains(":") ? commands.substring(0, commands.indexOf(':')) : "";
    List<String> kept = KEPT.getOrDefault(scheme, List.of());
    endpoint(derived, "commands.on", "commands.from", commands, kept);
    derived.put(
        "quarkus.log.console.json.enabled",
        Boolean.toString(value(context, "roster.log.format", "text").equals("json")));
    return List.of(
        new PropertiesConfigSource(derived, "derived from roster.*", 240),
        new PropertiesConfigSource(
            secrets, "secrets of the environment, as they are", ABOVE_THE_ENVIRONMENT));
  }

  @Override
  public OptionalInt getPriority() {
    return OptionalInt.of(240);
  }

  static String withH2Options(String url) {
    StringBuilder complete = new StringBuilder(url);
    if (url.toLowerCase(Locale.ROOT).startsWith("jdbc:h2:mem:")) {
      // Without a file, what nobody is connected to would be gone.
      complete.append(";DB_CLOSE_DELAY=-1");
    }
    H2_OPTIONS.keySet().stream()
        .sorted()
        .filter(option -> !says(url, option))
        .forEach(
            option ->
                complete.append(';').append(option).append('=').append(H2_OPTIONS.get(option)));
    return complete.toString();
  }

  private static boolean says(String url, String option) {
    return plain(url).contains(";" + option + "=");
  }

  private static String plain(String url) {
    return url.toUpperCase(Locale.ROOT).replace(" ", "");
  }

  /** The first option of H2 in a URL that sets otherwise what is ours to set; empty for none. */
  static Optional<String> ourOption(String url) {
    return Stream.concat(H2_OPTIONS.keySet().stream(), Stream.of("INIT")) // which may set any
        .sorted()
        .filter(option -> says(withoutOurs(url), option))
        .findFirst();
  }

  /** The URL without what it says as we do. */
  private static String withoutOurs(String url) {
    String rest = plain(url) + ";";
    for (Map.Entry<String, String> option : H2_OPTIONS.entrySet()) {
      String ours = ";" + option.getKey() + "=" + plain(option.getValue()) + ";";
      while (rest.contains(ours)) {
        rest = rest.replace(ours, ";");
      }
    }
    return rest;
  }

  /** An endpoint that something leaves by. */
  private static void outward(Map<String, String> derived, String on, String uri, String value) {
    endpoint(derived, on, uri, value, value.startsWith("http") ? OF_HTTP : LAZILY);
  }

  /** An endpoint that a route may have: whether it is there, and its URI with what it needs. */
  private static void endpoint(
      Map<String, String> derived, String on, String uri, String value, List<String> options) {
    derived.put(on, Boolean.toString(!value.isEmpty()));
    if (!value.isEmpty()) {
      derived.put(uri, withOptions(value, options));
    }
  }

  /** Adds what the operator's URI has not said otherwise. */
  static String withOptions(String uri, List<String> options) {
    StringBuilder complete = new StringBuilder(uri);
    for (String option : options) {
      String name = option.substring(0, option.indexOf('=') + 1);
      if (!uri.contains("?" + name) && !uri.contains("&" + name)) {
        complete.append(complete.indexOf("?") < 0 ? '?' : '&').append(option);
      }
    }
    return complete.toString();
  }

  /** What a variable of the environment says, empty when there is none. */
  private String ofEnvironment(String key) {
    String said = environment.apply(key.toUpperCase(Locale.ROOT).replace('.', '_'));
    return said == null ? "" : said;
  }

  /** So that no part of it is taken for an expression. */
  private static String literally(String value) {
    return value.replace("$", "$$");
  }

  private static void put(Map<String, String> derived, String key, String value) {
    if (!value.isEmpty()) {
      derived.put(key, value);
    }
  }

  /**
   * What the operator has set. Sources that are made by factories, as we are, do not see each
   * other, and the file of the working directory is one of them: it is asked here once more.
   */
  private static Said said(ConfigSourceContext context, String key) {
    ConfigValue seen = context.getValue(key);
    Said said =
        seen == null || seen.getValue() == null
            ? new Said("", Integer.MIN_VALUE, true)
            : new Said(seen.getValue(), seen.getConfigSourceOrdinal(), true);
    for (ConfigSource file :
        new PropertiesLocationConfigSourceFactory().getConfigSources(context)) {
      if (file.getOrdinal() > said.ordinal() && file.getValue(key) != null) {
        said = new Said(file.getValue(key), file.getOrdinal(), false);
      }
    }
    return said.value().isBlank() ? new Said("", said.ordinal(), true) : said;
  }

  private static String value(ConfigSourceContext context, String key, String absent) {
    String value = said(context, key).value();
    return value.isEmpty() ? absent : value;
  }

  /**
   * What was set.
   *
   * @param value empty when nothing was
   * @param expanded whether its expressions have been replaced
   */
  private record Said(String value, int ordinal, boolean expanded) {

    /** As it can be said once more, in a source whose expressions will be replaced. */
    String again() {
      return expanded ? literally(value) : value;
    }
  }
}
