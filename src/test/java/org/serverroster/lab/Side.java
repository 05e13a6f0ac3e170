package org.serverroster.lab;

import static org.serverroster.lab.Estate.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.serverroster.lab.StreamRecorder.Step;

/** One of two sides that trust each other or not: a real server, and Server Roster at it. */
public final class Side implements AutoCloseable {

  /** What stands there. */
  public enum Kind {
    PROSODY_WITH_SHIM,
    EJABBERD_WITH_SHIM,
    PROSODY_COMPONENT,
    EJABBERD_COMPONENT,
    PROSODY_ALONE,
    EJABBERD_ALONE;

    boolean prosody() {
      return name().startsWith("PROSODY");
    }

    boolean shim() {
      return name().endsWith("WITH_SHIM");
    }

    /** Whether there is no Server Roster. */
    public boolean alone() {
      return name().endsWith("ALONE");
    }
  }

  private final Kind kind;
  private final String host;
  private final HostServer server;
  private final SmtpCatcher smtp;
  private final StreamRecorder recorder;
  private final RosterProcess roster;

  private Side(
      Kind kind,
      String host,
      HostServer server,
      SmtpCatcher smtp,
      StreamRecorder recorder,
      RosterProcess roster) {
    this.kind = kind;
    this.host = host;
    this.server = server;
    this.smtp = smtp;
    this.recorder = recorder;
    this.roster = roster;
  }

  /**
   * Starts all of it.
   *
   * @param authority signs the certificates of all servers, which then federate over TLS alone;
   *     null: they federate by dialback, unencrypted
   */
  public static Side start(
      Path folder, Dns dns, SmtpCatcher smtp, Authority authority, Kind kind, String host)
      throws IOException {
    String component = "roster." + host;
    HostServer server =
        kind.prosody()
            ? Prosody.in(folder.resolve("prosody"), dns)
            : Ejabberd.in(folder.resolve("ejabberd"), dns);
    if (kind.shim()) {
      server.rosterHost(host, component, Map.of("timeout", "2", "retry_max", "1"));
    } else {
      server.host(host);
    }
    server.component(component, Lab.SECRET);
    server.admin("admin@" + host, Lab.SECRET);
    if (authority != null && server instanceof Prosody prosody) {
      prosody.federateOverTls(authority, authority);
    } else if (authority != null && server instanceof Ejabberd ejabberd) {
      ejabberd.federateOverTls(authority, authority);
    }
    server.start();
    StreamRecorder recorder = StreamRecorder.before(server.components());
    RosterProcess roster =
        kind.alone()
            ? null
            : RosterProcess.in(folder.resolve("server-roster"))
                .attachedTo(server, smtp, "hostmaster@" + host)
                .set("roster.xmpp.host", recorder.address().getAddress().getHostAddress())
                .set("roster.xmpp.port", Integer.toString(recorder.address().getPort()))
                .set("roster.xmpp.component", component)
                .set("roster.domains", kind.shim() ? host : null)
                .set("roster.admins.jid", "admin@" + host)
                .set("roster.outbound.resend-after", "PT3S")
                .start();
    return new Side(kind, host, server, smtp, recorder, roster);
  }

  /** The entity that has the roster. */
  public String entity() {
    return kind.shim() || kind.alone() ? host : "roster." + host;
  }

  /** The server. */
  public HostServer server() {
    return server;
  }

  /** Its Server Roster. */
  public RosterProcess roster() {
    return roster;
  }

  /** An administrator here does something to the other side. */
  public JsonNode does(String action, Side other) {
    return roster.visitor().act(entity(), other.entity(), action, "{}");
  }

  /** An administrator here asks the other side, and says beforehand that it may ask back. */
  public void asks(Side other) {
    does("subscribe", other);
  }

  /** An administrator here decides by the link of the mail, the newest that there is. */
  public void decides(String decision, Side other) {
    int status = roster.visitor().press(awaitMail(other).link(decision)).statusCode();
    if (status != 200) {
      throw new IllegalStateException("the link answered " + status);
    }
  }

  /** Forgets the mails so far. */
  public void forgetMails() {
    smtp.forget();
  }

  private SmtpCatcher.Mail awaitMail(Side other) {
    patiently().until(() -> !mails(other).isEmpty());
    List<SmtpCatcher.Mail> mails = mails(other);
    return mails.get(mails.size() - 1);
  }

  private List<SmtpCatcher.Mail> mails(Side other) {
    return smtp.mails().stream()
        .filter(mail -> mail.to().equals("hostmaster@" + host))
        .filter(mail -> mail.isAbout(other.entity()) && mail.text().contains("/approval/"))
        .toList();
  }

  /** What this side knows of the other. */
  public JsonNode knows(Side other) {
    return roster.visitor().peer(entity(), other.entity());
  }

  /** The state here, "none" when it was never heard of. */
  public String state(Side other) {
    JsonNode peer = knows(other);
    return peer == null ? "none" : peer.get("state").asText();
  }

  /** Waits for a state. */
  public void awaits(String state, Side other) {
    patiently().until(() -> state(other), Objects.requireNonNull(state)::equals);
  }

  /** The state that the RFC's table gives for what went over the component's stream. */
  public String replayed(Side other) {
    String state = "none";
    for (Step step : recorder.between(entity(), other.entity())) {
      state =
          (step.inbound()
                  ? AppendixA.inbound(state, step.type())
                  : AppendixA.outbound(state, step.type()))
              .state();
    }
    return state;
  }

  /** What went by, for a test that fails. */
  public List<Step> history(Side other) {
    return recorder.between(entity(), other.entity());
  }

  /** What Server Roster here warned of, for a test that fails. */
  public String warnings() {
    try (var lines = java.nio.file.Files.lines(roster.log())) {
      return lines
          .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
          .collect(java.util.stream.Collectors.joining("\n", entity() + ":\n", ""));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    if (roster != null) {
      roster.close();
    }
    recorder.close();
    server.close();
  }
}
