package org.serverroster.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real ejabberd on loopback, started without ejabberdctl, epmd or a node name: configured by the
 * methods that return it, then started. Names come from a {@link Dns}. It federates by plain
 * dialback, or over TLS alone if told so.
 */
public final class Ejabberd implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/erl");

  private final Path folder;
  private final Dns dns;
  private final Path libraries;
  private final InetSocketAddress s2s = ServerProcess.freeAddress();
  private final InetSocketAddress components = ServerProcess.freeAddress();
  private final Set<String> hosts = new LinkedHashSet<>();
  private final Map<String, String> secrets = new LinkedHashMap<>();
  private final InetSocketAddress tlsComponents = ServerProcess.freeAddress();
  private Authority.Certificate componentCertificate;
  private Authority authority;
  private Authority trusted;
  private ServerProcess process;

  private Ejabberd(Path folder, Dns dns, Path libraries) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.dns = dns;
    this.libraries = libraries;
  }

  /**
   * An ejabberd that keeps everything below that folder.
   *
   * @throws IllegalStateException if ejabberd is not installed
   */
  public static Ejabberd in(Path folder, Dns dns) throws IOException {
    var libraries = libraries();
    if (libraries == null || !Files.isExecutable(PROGRAM)) {
      throw new IllegalStateException("ejabberd is not installed: apt-get install ejabberd");
    }
    return new Ejabberd(folder, dns, libraries);
  }

  /** A host that ejabberd serves itself; it drops presence to its bare domain. */
  public Ejabberd host(String domain) {
    hosts.add(domain);
    return this;
  }

  /** An external component, reachable by other servers under its domain, with its secret. */
  public Ejabberd component(String domain, String secret) {
    secrets.put(domain, secret);
    return this;
  }

  /** Takes components by TLS from the first byte, too, with this certificate. */
  public Ejabberd tlsComponents(Authority.Certificate certificate) {
    componentCertificate = certificate;
    return this;
  }

  /**
   * Federates over TLS alone, with servers whose certificate counts; its own names all its domains.
   *
   * @param authority signs its certificate
   * @param trusted whose certificates it believes
   */
  public Ejabberd federateOverTls(Authority authority, Authority trusted) {
    this.authority = authority;
    this.trusted = trusted;
    return this;
  }

  /** Starts and waits until it takes components and federation. */
  public Ejabberd start() throws IOException {
    Files.createDirectories(folder.resolve("spool"));
    Files.writeString(folder.resolve("ejabberd.yml"), configurationText());
    Files.writeString(
        folder.resolve("inetrc"),
        "{resolv_conf,\"\"}.%n{nameserver,{127,0,0,1},%d}.%n{lookup,[native]}.%n"
            .formatted(dns.port()));
    hosts.forEach(domain -> dns.register(domain, s2s));
    secrets.keySet().forEach(domain -> dns.register(domain, s2s));
    process =
        ServerProcess.start(
            folder,
            Map.of(
                "HOME", folder.toString(),
                "ERL_LIBS", libraries.toString(),
                "ERL_INETRC", folder.resolve("inetrc").toString(),
                "ERL_CRASH_DUMP_BYTES", "0",
                "EJABBERD_CONFIG_PATH", folder.resolve("ejabberd.yml").toString(),
                "EJABBERD_LOG_PATH", log().toString()),
            List.of(
                PROGRAM.toString(),
                "-noinput",
                "-mnesia",
                "dir",
                "\"" + folder.resolve("spool") + "\"",
                "-s",
                "ejabberd"));
    process.awaitAnswer(components);
    return this;
  }

  /** Ends it at once, as a crash does, and waits until it is gone. */
  public void kill9() {
    process.kill9();
  }

  /** Stops its process (SIGSTOP); its sockets stay open. */
  public void freeze() throws IOException {
    process.signal("STOP");
  }

  /** Lets it go on (SIGCONT). */
  public void thaw() throws IOException {
    process.signal("CONT");
  }

  /** Stops it in an orderly way if it runs, and starts it again with its data. */
  public void restart() throws IOException {
    stop();
    start();
  }

  /** Stops it in an orderly way; does nothing if it does not run. */
  public void stop() {
    if (process != null && process.isAlive()) {
      process.stop();
    }
  }

  /** Where other servers connect. */
  public InetSocketAddress s2s() {
    return s2s;
  }

  /** Where external components connect. */
  public InetSocketAddress components() {
    return components;
  }

  /** Where external components connect by TLS from the first byte. */
  public InetSocketAddress tlsComponents() {
    return tlsComponents;
  }

  /** Connects as that component. */
  public ComponentClient connect(String component) throws IOException {
    return ComponentClient.connect(components, component, secrets.get(component));
  }

  /** The file ejabberd logs to. */
  public Path log() {
    return folder.resolve("ejabberd.log");
  }

  /** Ends it at once: nobody needs its data any more, and an orderly stop takes many seconds. */
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      process.kill9();
    }
  }

  private String configurationText() throws IOException {
    return """
        hosts:
        %s
        loglevel: info
        log_rotate_count: 0
        listen:
          -
            port: %d
            ip: "127.0.0.1"
            module: ejabberd_s2s_in
          -
            port: %d
            ip: "127.0.0.1"
            module: ejabberd_service
            global_routes: false
            hosts:
        %s
        %s
        %s
        s2s_timeout: 10
        s2s_max_retry_delay: 1
        modules:
          mod_disco: {}
          mod_ping: {}
          %s
        """
        .formatted(
            hosts.stream().map("  - \"%s\""::formatted).collect(Collectors.joining("\n")),
            s2s.getPort(),
            components.getPort(),
            componentHosts(),
            tlsListener(),
            encryption(),
            authority == null ? "mod_s2s_dialback: {}" : "");
  }

  private String componentHosts() {
    return secrets.entrySet().stream()
        .map(
            secret ->
                "      \"%s\":%n        password: \"%s\""
                    .formatted(secret.getKey(), secret.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private String tlsListener() throws IOException {
    if (componentCertificate == null) {
      return "";
    }
    return """
          -
            port: %d
            ip: "127.0.0.1"
            module: ejabberd_service
            tls: true
            certfile: "%s"
            global_routes: false
            hosts:
        %s"""
        .formatted(tlsComponents.getPort(), componentCertificate.together(), componentHosts());
  }

  /** Without dialback, only a certificate that it trusts makes it talk to another server. */
  private String encryption() throws IOException {
    if (authority == null) {
      return "s2s_use_starttls: false";
    }
    var domains = Stream.concat(hosts.stream(), secrets.keySet().stream());
    var certificate = authority.issue(domains.toArray(String[]::new));
    return """
        s2s_use_starttls: required
        ca_file: "%s"
        certfiles:
          - "%s"
        """
        .formatted(trusted.pem(), certificate.together());
  }

  /** The folder that holds {@code ejabberd-VERSION} and its libraries, or null. */
  private static Path libraries() throws IOException {
    try (var found = Files.find(Path.of("/usr/lib"), 2, (path, kind) -> isEjabberd(path))) {
      return found.findFirst().map(Path::getParent).orElse(null);
    }
  }

  private static boolean isEjabberd(Path path) {
    return path.getFileName().toString().startsWith("ejabberd-")
        && Files.isDirectory(path.resolve("ebin"));
  }
}
