package org.serverroster.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One of two sides that trust each other or not: a real server, and Server Roster at it, which
 * keeps the rosters of two entities, the host's by our shim and the component's own domain.
 */
public final class Side implements AutoCloseable {
  private final HostServer server;
  private final StreamRecorder recorder;
  private final RosterProcess roster;
  private final Entity host;
  private final Entity component;

  private Side(
      HostServer server,
      StreamRecorder recorder,
      RosterProcess roster,
      Entity host,
      Entity component) {
    this.server = server;
    this.recorder = recorder;
    this.roster = roster;
    this.host = host;
    this.component = component;
  }

  /**
   * Starts all of it.
   *
   * @param authority signs the certificates of all servers, which then federate over TLS alone;
   *     null: they federate by dialback, unencrypted
   */
  public static Side start(
      Path folder,
      Dns dns,
      SmtpCatcher smtp,
      Authority authority,
      HostServer.Kind kind,
      String host)
      throws IOException {
    String component = "roster." + host;
    HostServer server = kind.in(folder.resolve("server"), dns);
    server.rosterHost(host, component, Map.of("timeout", "2", "retry_max", "1"));
    server.component(component, Lab.SECRET);
    if (authority != null) {
      server.federateOverTls(authority, authority);
    }
    server.start();
    StreamRecorder recorder = StreamRecorder.before(server.components());
    String administrator = "hostmaster@" + host;
    RosterProcess roster =
        RosterProcess.in(folder.resolve("server-roster"))
            .attachedTo(recorder.address(), smtp, administrator)
            .set("roster.xmpp.component", component)
            .set("roster.domains", host + "," + component)
            .set("roster.outbound.resend-after", "PT3S")
            .start();
    return new Side(
        server,
        recorder,
        roster,
        new Entity(host, administrator, roster, recorder, smtp),
        new Entity(component, administrator, roster, recorder, smtp));
  }

  /** The server's own domain, with a roster by our shim. */
  public Entity host() {
    return host;
  }

  /** The domain of the component, with a roster that needs nothing of the server. */
  public Entity component() {
    return component;
  }

  /** The server. */
  public HostServer server() {
    return server;
  }

  /** The Server Roster. */
  public RosterProcess roster() {
    return roster;
  }

  /** What Server Roster here warned of, for a test that fails. */
  public String warnings() {
    try (var lines = Files.lines(roster.log())) {
      return lines
          .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
          .collect(Collectors.joining("\n", host + ":\n", ""));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Ends all at once: nobody needs its data any more, and an orderly stop takes seconds. */
  @Override
  public void close() {
    if (roster.isAlive()) {
      roster.kill9();
    }
    recorder.close();
    server.close();
  }
}
