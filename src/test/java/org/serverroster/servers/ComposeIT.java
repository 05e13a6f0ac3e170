package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.lastingly;
import static org.serverroster.lab.Estate.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Lab;
import org.serverroster.lab.PostgresServer;
import org.serverroster.lab.Prosody;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.lab.Stanza;

/**
 * What {@code deploy/compose.yaml} puts together does the main job, without containers: its Prosody
 * by its file, PostgreSQL by its names, the service by nothing but its environment. Only where each
 * of them listens is ours.
 */
@Tag("servers")
class ComposeIT {

  private static final Path COMPOSE = Path.of("deploy/compose.yaml");
  private static final Path PROSODY = Path.of("deploy/prosody/prosody.cfg.lua");
  private static final String HOST = "localhost";
  private static final String PEER = "peer.localhost";

  /** What whoever starts it is asked for. */
  private static final Map<String, String> ASKED =
      Map.of(
          "ROSTER_XMPP_SECRET", Lab.SECRET,
          "ROSTER_DB_PASSWORD", "a-password-of-the-database",
          "ROSTER_ADMIN_PASSWORD", RosterProcess.PASSWORD);

  @TempDir Path folder;

  @Test
  void itsPartsFitTogether() throws Exception {
    JsonNode services = new YAMLMapper().readTree(COMPOSE.toFile()).path("services");
    try (Dns dns = Dns.start();
        Prosody prosody = Prosody.in(folder.resolve("prosody"), dns);
        PostgresServer database = PostgresServer.in(folder.resolve("postgresql"));
        SmtpCatcher smtp = SmtpCatcher.start();
        RosterProcess roster = RosterProcess.in(folder.resolve("server-roster"))) {
      prosody.component(PEER, Lab.SECRET).configuredBy(configuration(prosody));
      environment(services.path("prosody")).forEach(prosody::environment);
      prosody.start();
      create(database.start(), environment(services.path("postgresql")));

      Map<String, String> settings = environment(services.path("server-roster"));
      at(settings, "ROSTER_XMPP_HOST", "ROSTER_XMPP_PORT", prosody.components().getPort());
      at(settings, "ROSTER_MAIL_HOST", "ROSTER_MAIL_PORT", smtp.port());
      settings.computeIfPresent(
          "ROSTER_DB_URL",
          (name, url) ->
              url.replace(
                  "//postgresql:5432/", "//127.0.0.1:" + database.address().getPort() + "/"));
      settings.put("ROSTER_BASE_URL", roster.baseUrl().toString());
      settings.put("QUARKUS_HTTP_HOST", "127.0.0.1");
      settings.put("QUARKUS_HTTP_PORT", Integer.toString(roster.baseUrl().getPort()));
      settings.forEach(roster::environment);
      roster.start();

      try (var peer = prosody.connect(PEER)) {
        peer.sendPresence(HOST, "subscribe", "please");
        patiently().until(() -> smtp.mails().size() == 1);
        assertThat(smtp.mails().get(0).to(), is("admin@localhost"));
        var page = roster.visitor().press(smtp.mails().get(0).link("approve"));
        assertThat(page.statusCode(), is(200));
        lastingly()
            .until(
                () ->
                    peer.received().stream()
                        .filter(stanza -> stanza.name().equals("presence"))
                        .map(Stanza::type)
                        .toList()
                        .equals(List.of("subscribed", "", "subscribe")));
      }
    }
  }

  /** The file as it is, but for where it listens and where it keeps what is its own. */
  private String configuration(Prosody prosody) throws IOException {
    String text = Files.readString(PROSODY);
    text = replaced(text, "\"/usr/lib/server-roster\"", '"' + Prosody.shim().toString() + '"');
    text = replaced(text, "{ 5347 }", "{ " + prosody.components().getPort() + " }");
    text = replaced(text, "component_interfaces = { \"*\" }", "");
    return """
    run_as_root = true
    data_path = "%1$s/data"
    pidfile = "%1$s/prosody.pid"
    interfaces = { "127.0.0.1" }
    component_interfaces = { "127.0.0.1" }
    c2s_ports = { %2$d }
    s2s_ports = { %3$d }
    %4$s
    Component "%5$s"
        component_secret = "%6$s"
    """
        .formatted(
            folder.resolve("prosody"),
            prosody.c2s().getPort(),
            prosody.s2s().getPort(),
            text,
            PEER,
            Lab.SECRET);
  }

  private static String replaced(String text, String what, String by) {
    assertThat(text, containsString(what));
    return text.replace(what, by);
  }

  /** The environment of a service, with what it is to be asked for filled in. */
  private static Map<String, String> environment(JsonNode service) {
    Map<String, String> environment = new LinkedHashMap<>();
    service
        .path("environment")
        .properties()
        .forEach(
            variable -> {
              String value = variable.getValue().asText();
              for (var asked : ASKED.entrySet()) {
                if (value.startsWith("${" + asked.getKey() + ":?")) {
                  value = asked.getValue();
                }
              }
              assertThat(variable.getKey(), value.contains("$"), is(false));
              environment.put(variable.getKey(), value);
            });
    return environment;
  }

  private static void at(Map<String, String> settings, String host, String port, int there) {
    assertThat(host, settings.containsKey(host) && settings.containsKey(port), is(true));
    settings.put(host, "127.0.0.1");
    settings.put(port, Integer.toString(there));
  }

  /** As the image does at its first start: a superuser and a database of these names. */
  private static void create(PostgresServer server, Map<String, String> names) throws SQLException {
    try (var connection = server.connect();
        var statement = connection.createStatement()) {
      statement.execute(
          "create role %s superuser login password '%s'"
              .formatted(names.get("POSTGRES_USER"), names.get("POSTGRES_PASSWORD")));
      statement.execute(
          "create database %s owner %s"
              .formatted(names.get("POSTGRES_DB"), names.get("POSTGRES_USER")));
    }
  }
}
