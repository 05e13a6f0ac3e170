package org.serverroster.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real ejabberd on loopback, started without ejabberdctl, epmd or a node name: configured by the
 * methods that return it, then started. Names come from a {@link Dns}. It federates by plain
 * dialback, or over TLS alone if told so.
 */
public final class Ejabberd implements HostServer {
  private static final Path PROGRAM = Path.of("/usr/bin/erl");

  private final Path folder;
  private final Dns dns;
  private final Path libraries;
  private final InetSocketAddress s2s = FreePort.address();
  private final InetSocketAddress components = FreePort.address();
  private final Set<String> hosts = new LinkedHashSet<>();
  private final Map<String, String> secrets = new LinkedHashMap<>();
  private final InetSocketAddress c2s = FreePort.address();
  private final Map<String, String> users = new LinkedHashMap<>();
  private final List<String> admins = new ArrayList<>();
  private final Map<String, String> shims = new LinkedHashMap<>();
  private final InetSocketAddress shell = FreePort.address();
  private String extra = "";
  private final InetSocketAddress tlsComponents = FreePort.address();
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
  @Override
  public Ejabberd host(String domain) {
    hosts.add(domain);
    return this;
  }

  @Override
  public Ejabberd rosterHost(String domain, String component, Map<String, String> settings) {
    hosts.add(domain);
    shims.put(
        domain,
        settings.entrySet().stream()
            .map(each -> "      %s: %s%n".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining("", "      component: \"" + component + "\"\n", "")));
    return this;
  }

  @Override
  public Ejabberd user(String jid, String password) {
    users.put(jid, password);
    return this;
  }

  @Override
  public Ejabberd admin(String jid, String password) {
    admins.add(jid);
    return user(jid, password);
  }

  /** Further lines at the end of the configuration. */
  public Ejabberd configure(String lines) {
    extra = lines;
    return this;
  }

  /** An external component, reachable by other servers under its domain, with its secret. */
  @Override
  public Ejabberd component(String domain, String secret) {
    secrets.put(domain, secret);
    return this;
  }

  /** Takes components by TLS from the first byte, too, with this certificate. */
  public Ejabberd tlsComponents(Authority.Certificate certificate) {
    componentCertificate = certificate;
    return this;
  }

  @Override
  public Ejabberd federateOverTls(Authority authority, Authority trusted) {
    this.authority = authority;
    this.trusted = trusted;
    return this;
  }

  /** Starts and waits until it takes components and federation. */
  @Override
  public Ejabberd start() throws IOException {
    Files.createDirectories(folder.resolve("spool"));
    if (!shims.isEmpty()) {
      compileShim();
    }
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
                "-pa",
                modules().toString(),
                "-mnesia",
                "dir",
                "\"" + folder.resolve("spool") + "\"",
                "-s",
                "ejabberd",
                "-eval",
                listeningShell() + registration()));
    process.awaitAnswer(components);
    if (!users.isEmpty()) {
      process.awaitAnswer(c2s);
      Awaitility.await().until(() -> Files.exists(folder.resolve("registered")));
    }
    return this;
  }

  /**
   * Evaluates an Erlang expression inside the server and returns what it is worth, as Erlang writes
   * it.
   */
  public String evaluate(String expression) throws IOException {
    try (var socket = new Socket(shell.getAddress(), shell.getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((expression + ".\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  /** A shell on a loopback socket, of one line: without a node name there is no other way in. */
  private String listeningShell() {
    return """
    spawn(fun() -> {ok, L} = gen_tcp:listen(%d, [{ip, {127,0,0,1}}, {active, false}, {packet, line}, {reuseaddr, true}]), \
    F = fun F() -> {ok, S} = gen_tcp:accept(L), {ok, Line} = gen_tcp:recv(S, 0), \
    V = try {ok, T, _} = erl_scan:string(Line), {ok, E} = erl_parse:parse_exprs(T), \
    {value, X, _} = erl_eval:exprs(E, []), X catch C:R -> {C, R} end, \
    gen_tcp:send(S, io_lib:format("~p~n", [V])), gen_tcp:close(S), F() end, F() end),\s\
    """
        .formatted(shell.getPort());
  }

  /** Registers the users, which only a running ejabberd can, and says when it has. */
  private String registration() {
    return users.entrySet().stream()
        .map(
            user ->
                "ejabberd_auth:try_register(<<\"%s\">>, <<\"%s\">>, <<\"%s\">>), "
                    .formatted(
                        user.getKey().substring(0, user.getKey().indexOf('@')),
                        user.getKey().substring(user.getKey().indexOf('@') + 1),
                        user.getValue()))
        .collect(
            Collectors.joining(
                "", "", "file:write_file(\"" + folder.resolve("registered") + "\", <<>>)."));
  }

  private Path modules() {
    return folder.resolveSibling(folder.getFileName() + "-modules");
  }

  /** Compiles our shim, once for each folder. */
  private void compileShim() throws IOException {
    if (Files.exists(modules().resolve("mod_server_roster.beam"))) {
      return;
    }
    Files.createDirectories(modules());
    Path ejabberd = newest(libraries, "ejabberd-");
    Path xmpp = newest(Path.of("/usr/lib/erlang/lib"), "p1_xmpp-");
    var compiler =
        new ProcessBuilder(
                "erlc",
                "-I",
                ejabberd.resolve("include").toString(),
                "-I",
                xmpp.resolve("include").toString(),
                "-pa",
                ejabberd.resolve("ebin").toString(),
                "-Werror",
                "-o",
                modules().toString(),
                shim().resolve("src/mod_server_roster.erl").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes());
    try {
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException("the shim does not compile: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static Path newest(Path folder, String prefix) throws IOException {
    try (var children = Files.list(folder)) {
      return children
          .filter(child -> child.getFileName().toString().startsWith(prefix))
          .filter(child -> Files.isDirectory(child.resolve("include")))
          .max(java.util.Comparator.naturalOrder())
          .orElseThrow(() -> new IllegalStateException("no " + prefix + " in " + folder));
    }
  }

  /** The folder of our shim: the nearest {@code servers/ejabberd} from the working directory up. */
  public static Path shim() {
    for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      var shim = at.resolve("servers/ejabberd/mod_server_roster");
      if (Files.exists(shim.resolve("src/mod_server_roster.erl"))) {
        return shim;
      }
    }
    throw new IllegalStateException("servers/ejabberd is not found from the working directory up");
  }

  /** The file of the shim's journal. */
  public Path journal(String domain) {
    return folder.resolve("spool").resolve("server_roster_" + domain + ".dets");
  }

  /** Removes its data and its log; only while it is stopped. */
  @Override
  public void wipe() throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("ejabberd is running");
    }
    if (Files.exists(folder)) {
      try (var paths = Files.walk(folder)) {
        for (var path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** Where users connect. */
  public InetSocketAddress c2s() {
    return c2s;
  }

  /** Connects as that user. */
  @Override
  public UserClient login(String jid) throws IOException {
    return UserClient.login(c2s, jid, users.get(jid));
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

  /** Where other servers connect. */
  public InetSocketAddress s2s() {
    return s2s;
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

  /** The file ejabberd logs to. */
  @Override
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
        module: ejabberd_c2s
      -
        port: %d
        ip: "127.0.0.1"
        module: ejabberd_service
        global_routes: false
        hosts:
    %s
    %s
    %s
    s2s_timeout: 120
    s2s_max_retry_delay: 1
    modules:
      mod_disco: {}
      mod_ping: {}
      mod_version: {}
      mod_roster: {}
      mod_adhoc: {}
      %s
    acl:
      admin:
        user: %s
    access_rules:
      configure:
        allow: admin
    %s
    %s
    """
        .formatted(
            hosts.stream().map("  - \"%s\""::formatted).collect(Collectors.joining("\n")),
            s2s.getPort(),
            c2s.getPort(),
            components.getPort(),
            componentHosts(),
            tlsListener(),
            encryption(),
            authority == null ? "mod_s2s_dialback: {}" : "",
            admins.stream().map(jid -> '"' + jid + '"').collect(Collectors.joining(", ", "[", "]")),
            shims.isEmpty() ? "" : hostModules(),
            extra);
  }

  private String hostModules() {
    return shims.entrySet().stream()
        .map(
            shim ->
                "  \"%s\":%n    modules:%n      mod_server_roster:%n%s"
                    .formatted(shim.getKey(), shim.getValue().replaceAll("(?m)^", "  ")))
        .collect(Collectors.joining("", "append_host_config:\n", ""));
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
    %s\
    """
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
