package org.serverroster.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real Prosody on loopback: configured by the methods that return it, then started. Names come
 * from a {@link Dns}. It federates by plain dialback, or over TLS alone if told so.
 */
public final class Prosody implements HostServer {
  private static final Path PROGRAM = Path.of("/usr/bin/prosody");

  private final Path folder;
  private final Dns dns;
  private final InetSocketAddress s2s = FreePort.address();
  private final InetSocketAddress c2s = FreePort.address();
  private final InetSocketAddress components = FreePort.address();
  private final Map<String, String> hosts = new LinkedHashMap<>();
  private final Map<String, String> secrets = new LinkedHashMap<>();
  private final Map<String, String> users = new LinkedHashMap<>();
  private final List<String> admins = new ArrayList<>();
  private final List<String> rooms = new ArrayList<>();
  private String extra = "";
  private String whole;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private String logLevel = "debug";
  private final InetSocketAddress tlsComponents = FreePort.address();
  private Authority.Certificate componentCertificate;
  private Authority authority;
  private Authority trusted;
  private ServerProcess process;

  private Prosody(Path folder, Dns dns) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.dns = dns;
  }

  /**
   * A Prosody that keeps everything below that folder.
   *
   * @throws IllegalStateException if Prosody or its DNS library is not installed
   */
  public static Prosody in(Path folder, Dns dns) throws IOException {
    if (!Files.isExecutable(PROGRAM) || !hasUnbound()) {
      throw new IllegalStateException(
          "prosody is not installed: apt-get install prosody lua-unbound");
    }
    return new Prosody(folder, dns);
  }

  /** A virtual host as Prosody ships it. */
  @Override
  public Prosody host(String domain) {
    hosts.put(domain, "");
    return this;
  }

  /** A virtual host with our shim, handing over to that component. */
  public Prosody rosterHost(String domain, String component) {
    return rosterHost(domain, component, "");
  }

  @Override
  public Prosody rosterHost(String domain, String component, Map<String, String> settings) {
    return rosterHost(
        domain,
        component,
        settings.entrySet().stream()
            .map(each -> "  server_roster_%s = %s".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining("\n")));
  }

  /** A virtual host with our shim and further lines of configuration. */
  public Prosody rosterHost(String domain, String component, String lines) {
    hosts.put(
        domain,
        """
          modules_enabled = { "server_roster" }
          server_roster_component = "%s"
          %s
        """
            .formatted(component, lines));
    return this;
  }

  /** An external component with its secret. */
  @Override
  public Prosody component(String domain, String secret) {
    secrets.put(domain, secret);
    return this;
  }

  /** A service of chat rooms (XEP-0045); a room is there once somebody enters it. */
  public Prosody rooms(String domain) {
    rooms.add(domain);
    return this;
  }

  /** A user account, as in {@code admin@capulet.lit}. */
  @Override
  public Prosody user(String jid, String password) {
    users.put(jid, password);
    return this;
  }

  /** A user account of the server's administrator list. */
  @Override
  public Prosody admin(String jid, String password) {
    admins.add(jid);
    return user(jid, password);
  }

  /** Further lines for the global section of the configuration. */
  public Prosody configure(String lines) {
    extra = lines;
    return this;
  }

  /** Its whole configuration instead of ours; it must listen where {@link #components()} says. */
  public Prosody configuredBy(String text) {
    whole = text;
    return this;
  }

  /** A variable of its environment, from the next start on. */
  public Prosody environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Logs no more than this says: {@code debug}, {@code info}, ... */
  public Prosody logLevel(String level) {
    logLevel = level;
    return this;
  }

  /** Takes components by TLS from the first byte, too, with this certificate. */
  public Prosody tlsComponents(Authority.Certificate certificate) {
    componentCertificate = certificate;
    return this;
  }

  @Override
  public Prosody federateOverTls(Authority authority, Authority trusted) {
    this.authority = authority;
    this.trusted = trusted;
    return this;
  }

  /** As Prosody names files: what is no letter or digit is written as its code. */
  private static String fileName(String name) {
    return name.chars()
        .mapToObj(c -> Character.isLetterOrDigit(c) ? Character.toString(c) : "%%%02x".formatted(c))
        .collect(Collectors.joining());
  }

  /** Starts and waits until it takes components and federation. */
  @Override
  public Prosody start() throws IOException {
    Files.createDirectories(folder.resolve("certs"));
    Files.writeString(configuration(), whole == null ? configurationText() : whole);
    for (var user : users.entrySet()) {
      var at = user.getKey().indexOf('@');
      var accounts = data(user.getKey().substring(at + 1)).resolve("accounts");
      Files.createDirectories(accounts);
      Files.writeString(
          accounts.resolve(fileName(user.getKey().substring(0, at)) + ".dat"),
          "return { [\"password\"] = \"%s\" };%n".formatted(user.getValue()));
    }
    hosts.keySet().forEach(domain -> dns.register(domain, s2s));
    secrets.keySet().forEach(domain -> dns.register(domain, s2s));
    environment.put("HOME", folder.toString());
    process =
        ServerProcess.start(
            folder,
            environment,
            List.of(PROGRAM.toString(), "-F", "--config", configuration().toString()));
    process.awaitAnswer(components);
    return this;
  }

  /** Ends it at once, as a crash does, and waits until it is gone. */
  @Override
  public void kill9() {
    process.kill9();
  }

  /** Stops its process (SIGSTOP); its sockets stay open. */
  @Override
  public void freeze() throws IOException {
    process.signal("STOP");
  }

  /** Lets it go on (SIGCONT). */
  @Override
  public void thaw() throws IOException {
    process.signal("CONT");
  }

  /** Stops it in an orderly way if it runs, and starts it again with its data. */
  public void restart() throws IOException {
    stop();
    start();
  }

  /** Stops it in an orderly way; does nothing if it does not run. */
  @Override
  public void stop() {
    if (process != null && process.isAlive()) {
      process.stop();
    }
  }

  /** Removes its data and its log; only while it is stopped. */
  @Override
  public void wipe() throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("Prosody is running");
    }
    if (Files.exists(folder)) {
      try (var paths = Files.walk(folder)) {
        for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** Where other servers connect. */
  public InetSocketAddress s2s() {
    return s2s;
  }

  /** Where users connect. */
  public InetSocketAddress c2s() {
    return c2s;
  }

  /** Where external components connect. */
  @Override
  public InetSocketAddress components() {
    return components;
  }

  /** Where external components connect by TLS from the first byte. */
  public InetSocketAddress tlsComponents() {
    return tlsComponents;
  }

  /** Connects as that component. */
  @Override
  public ComponentClient connect(String component) throws IOException {
    return ComponentClient.connect(components, component, secrets.get(component));
  }

  /** Connects as that user. */
  @Override
  public UserClient login(String jid) throws IOException {
    return UserClient.login(c2s, jid, users.get(jid));
  }

  /** The file Prosody logs to. */
  @Override
  public Path log() {
    return folder.resolve("prosody.log");
  }

  /** The folder of a host's data; the shim keeps its journal there. */
  public Path data(String domain) {
    return folder.resolve("data").resolve(domain.replace(".", "%2e").replace("-", "%2d"));
  }

  /** Ends it at once: nobody needs its data any more, and an orderly stop takes many seconds. */
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      process.kill9();
    }
  }

  private Path configuration() {
    return folder.resolve("prosody.cfg.lua");
  }

  private String configurationText() throws IOException {
    var text = new StringBuilder();
    text.append(
        """
        run_as_root = true
        daemonize = false
        pidfile = "%1$s/prosody.pid"
        data_path = "%1$s/data"
        certificates = "%1$s/certs"
        plugin_paths = { "%2$s" }
        log = { { levels = { min = "%11$s" }, to = "file", filename = "%1$s/prosody.log" } }
        modules_enabled = { "disco", "roster", "saslauth", "tls", "dialback", "ping", "posix", "version"%9$s }
        interfaces = { "127.0.0.1" }
        component_interfaces = { "127.0.0.1" }
        s2s_ports = { %3$d }
        c2s_ports = { %4$d }
        component_ports = { %5$d }
        s2s_direct_tls_ports = {}
        c2s_direct_tls_ports = {}
        use_ipv6 = false
        c2s_require_encryption = false
        allow_unencrypted_plain_auth = true
        authentication = "internal_plain"
        storage = "internal"
        unbound = { resolvconf = false, forward = "127.0.0.1@%6$d", options = { ["do-not-query-localhost:"] = "no" } }
        admins = { %7$s }
        %8$s
        %10$s
        """
            .formatted(
                folder,
                shim(),
                s2s.getPort(),
                c2s.getPort(),
                components.getPort(),
                dns.port(),
                admins.stream().map(jid -> '"' + jid + '"').collect(Collectors.joining(", ")),
                extra,
                componentCertificate == null ? "" : ", \"net_multiplex\"",
                encryption(),
                logLevel));
    hosts.forEach(
        (domain, lines) -> text.append("VirtualHost \"%s\"%n%s%n".formatted(domain, lines)));
    secrets.forEach(
        (domain, secret) ->
            text.append(
                "Component \"%s\"%n  component_secret = \"%s\"%n".formatted(domain, secret)));
    rooms.forEach(
        domain ->
            text.append(
                "Component \"%s\" \"muc\"%n  muc_room_locking = false%n".formatted(domain)));
    return text.toString();
  }

  private String encryption() throws IOException {
    var text = new StringBuilder("ports = {}\n");
    if (componentCertificate != null) {
      text.append(
          "ssl_ports = { %d }%nssl_interfaces = { \"127.0.0.1\" }%nssl_ssl = %s%n"
              .formatted(tlsComponents.getPort(), ssl(componentCertificate, "")));
    }
    if (authority == null) {
      text.append(
          """
          modules_disabled = { "tls" }
          s2s_require_encryption = false
          s2s_secure_auth = false
          """);
    } else {
      var domains = Stream.concat(hosts.keySet().stream(), secrets.keySet().stream());
      var certificate = authority.issue(domains.toArray(String[]::new));
      text.append(
          """
          s2s_require_encryption = true
          s2s_secure_auth = true
          ssl = %s
          """
              .formatted(ssl(certificate, "cafile = \"" + trusted.pem() + "\"; ")));
    }
    return text.toString();
  }

  private static String ssl(Authority.Certificate certificate, String more) {
    return "{ certificate = \"%s\"; key = \"%s\"; %s}"
        .formatted(certificate.chain(), certificate.key(), more);
  }

  private static boolean hasUnbound() throws IOException {
    try (var found =
        Files.find(Path.of("/usr/lib"), 4, (path, kind) -> path.endsWith("lunbound.so"))) {
      return found.findAny().isPresent();
    }
  }

  /** The folder of our shim: the nearest {@code servers/prosody} from the working directory up. */
  /** The folder of our shim. */
  public static Path shim() {
    for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      var shim = at.resolve("servers/prosody");
      if (Files.exists(shim.resolve("mod_server_roster.lua"))) {
        return shim;
      }
    }
    throw new IllegalStateException(
        "servers/prosody/mod_server_roster.lua is not found from the working directory up");
  }
}
