package org.serverroster.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting of Server Roster, as explained line by line in the operator's {@code
 * application.properties}. {@link SettingsCheck} has looked at the values before anything reads
 * them.
 */
@ConfigMapping(prefix = "roster")
public interface Settings {

  Xmpp xmpp();

  /** The entities whose roster is kept; when absent, the component's own domain. */
  Optional<List<String>> domains();

  Admins admins();

  /** Settings of single domains, by domain. */
  Map<String, OneDomain> domain();

  /** Where people reach this service: the start of every link in a mail. */
  URI baseUrl();

  Mail mail();

  Db db();

  Approval approval();

  Denial denial();

  Outbound outbound();

  /** Peers that are approved without asking anybody (XEP-0267 0.5); absent: none. */
  Optional<List<String>> autoApprove();

  Limits limits();

  Admin admin();

  Events events();

  /** How it says what happens. */
  Log log();

  /** Whom it tells in detail how long each step took. */
  Tracing tracing();

  // "notify" is a method that every object has.
  @WithName("notify")
  Notices notices();

  Commands commands();

  /** Further people and programs that may log in, by user name. */
  Map<String, User> users();

  /** The component stream (XEP-0114). */
  interface Xmpp {
    @WithDefault("localhost")
    String host();

    @WithDefault("5347")
    int port();

    /** The component's own domain, for instance {@code roster.capulet.lit}. */
    String component();

    String secret();

    @WithDefault("none")
    String tls();

    /** A PEM file with the certificate authority of the server; absent: those of the JVM. */
    Optional<String> tlsCa();
  }

  /** Who is asked. */
  interface Admins {
    Optional<List<String>> mail();

    Optional<List<String>> jid();
  }

  /** What one of our domains has for itself. */
  interface OneDomain {
    Admins admins();
  }

  /** How mail leaves. */
  interface Mail {
    @WithDefault("smtp")
    String protocol();

    @WithDefault("localhost")
    String host();

    @WithDefault("25")
    int port();

    Optional<String> username();

    Optional<String> password();

    /** The sender; absent: {@code server-roster@} and the component's domain. */
    Optional<String> from();

    /** Whether the connection must be turned into TLS before anything is said. */
    @WithDefault("false")
    boolean starttls();
  }

  /** Where the roster is kept. */
  interface Db {
    @WithDefault("h2")
    String kind();

    Optional<String> url();

    Optional<String> username();

    Optional<String> password();
  }

  /** How administrators decide. */
  interface Approval {
    @WithDefault("P14D")
    Duration expiresAfter();

    @WithDefault("button")
    Confirm confirm();

    /** When, and how often, the administrators are reminded. */
    @WithDefault("P3D")
    Duration remindAfter();

    /** How many administrators must approve a request. */
    @WithDefault("1")
    int quorum();

    /** Mail addresses that are asked as well when nobody has decided. */
    Optional<List<String>> escalateTo();

    @WithDefault("P7D")
    Duration escalateAfter();

    /** When an approval is to be confirmed; absent: never, unless the approval says otherwise. */
    Optional<Duration> reviewAfter();
  }

  /** What a denial means. */
  interface Denial {
    /** How long a denied peer can ask without a mail. */
    @WithDefault("P30D")
    Duration quietPeriod();
  }

  /** Our own requests to peers. */
  interface Outbound {
    @WithDefault("P1D")
    Duration resendAfter();

    @WithDefault("P30D")
    Duration giveUpAfter();
  }

  /** What strangers can make us keep and ask. */
  interface Limits {
    /** How many requests may wait, for each of our domains. */
    @WithDefault("5000")
    int pendingRequests();

    /** How many requests each of our domains takes in 24 hours. */
    @WithDefault("20000")
    int requestsPerDay();

    /** How many of them from one peer. */
    @WithDefault("50")
    int requestsPerPeer();

    /** How many mails an administrator gets in an hour; what is more comes as a digest. */
    @WithDefault("250")
    int mailsPerHour();

    @WithDefault("PT10M")
    Duration digestEvery();
  }

  /** What programs elsewhere are told. */
  interface Events {
    /** The Camel endpoint that gets every event; absent: nobody does. */
    Optional<String> uri();

    /** What events are signed with: {@code whsec_} and a key in Base64; absent: they are not. */
    Optional<String> secret();

    /** How long an event is tried before it is parked. */
    @WithDefault("P7D")
    Duration giveUpAfter();

    /** Whether we are ready only while the receiver takes what we send. */
    @WithDefault("false")
    boolean required();
  }

  /** The log on the console. */
  interface Log {
    /** {@code text}, or {@code json}: one object in each line. */
    @WithDefault("text")
    String format();
  }

  /** Traces (OpenTelemetry). */
  interface Tracing {
    /** Where a collector takes OTLP over HTTP; absent: nothing is traced. */
    Optional<String> endpoint();
  }

  /** What people elsewhere are told. */
  interface Notices {
    /** The Camel endpoint that gets one line for each request, decision and failure. */
    Optional<String> uri();

    /** {@code text}, or {@code json} as chat services take it. */
    @WithDefault("text")
    String format();
  }

  /** What pipelines may ask for. */
  interface Commands {
    /** The Camel endpoint that commands come from; absent: none do. */
    Optional<String> uri();

    /** What commands must be signed with: {@code whsec_} and a key in Base64. */
    Optional<String> secret();

    /** Whether the endpoint itself lets only those write who may command. */
    @WithDefault("false")
    boolean authenticated();
  }

  /** What turns an opened link into a decision. */
  enum Confirm {
    BUTTON,
    TYPE_DOMAIN,
    LOGIN
  }

  /** The user {@code admin}. */
  interface Admin {
    String password();
  }

  /** One user of the HTTP interface. */
  interface User {
    /** A bcrypt hash in modular crypt format. */
    @WithName("password")
    String passwordHash();

    List<String> roles();
  }
}
