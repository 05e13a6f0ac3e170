package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.serverroster.lab.Estate.patiently;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Lab;
import org.serverroster.lab.PostgresServer;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.xmpp.ScriptedXmppServer;
import org.w3c.dom.Element;

/**
 * Two instances share one PostgreSQL, one of them holds the stream: what the clock does is done
 * once, by whoever comes first.
 */
@Tag("servers")
class ReplicasIT {

  private static final String NURSE = "nurse@capulet.lit";
  private static final String PRINCE = "prince@verona.lit";
  private static final List<String> PEERS =
      IntStream.range(0, 30).mapToObj("peer%d.lit"::formatted).toList();

  @TempDir Path folder;
  private PostgresServer database;
  private ScriptedXmppServer xmpp;
  private SmtpCatcher smtp;
  private final List<RosterProcess> instances = new ArrayList<>();

  @BeforeEach
  void start() throws IOException, SQLException {
    database = PostgresServer.in(folder.resolve("postgresql")).start();
    run("create role roster login");
    run("create database roster owner roster");
    xmpp = ScriptedXmppServer.start(Lab.COMPONENT, Lab.SECRET);
    xmpp.acknowledgeSends();
    smtp = SmtpCatcher.start();
    for (String name : List.of("one", "other")) {
      instances.add(
          RosterProcess.in(folder.resolve(name))
              .attachedTo(xmpp.address(), smtp, NURSE)
              .keptIn(PostgresServer.url(database.address(), "roster"), "roster", "none")
              .set("roster.approval.escalate-to", PRINCE)
              .set("roster.approval.escalate-after", "PT2S")
              .set("roster.approval.remind-after", "PT15S")
              .set("roster.approval.expires-after", "PT22S"));
    }
    instances.get(0).start();
    instances.get(1).launch().awaitLive();
  }

  @AfterEach
  void stop() throws IOException {
    instances.forEach(RosterProcess::kill9);
    smtp.close();
    xmpp.close();
    database.close();
  }

  @Test
  void whatTheClockDoesIsDoneOnce() throws SQLException {
    for (String peer : PEERS) {
      assertEquals(
          "result",
          xmpp.handOver(
                  Lab.HOST,
                  "<presence from='%s' to='%s' type='subscribe'/>".formatted(peer, Lab.HOST))
              .getAttribute("type"));
    }
    patiently().until(() -> answered().size() == PEERS.size());
    patiently().until(() -> number("select count(*) from outbox") == 0);

    Map<String, Long> subjects =
        counted(smtp.mails(), mail -> mail.to() + " " + mail.subject().replaceAll("\\d+", "N"));
    assertEquals(
        Map.of(
            NURSE + " peerN.lit asks to be trusted by capulet.lit", 30L,
            NURSE + " Re: peerN.lit asks to be trusted by capulet.lit", 60L,
            PRINCE + " peerN.lit asks to be trusted by capulet.lit", 30L),
        subjects,
        "asked, reminded and told of the end, and asked once more");
    for (String action : List.of("request-received", "request-expired")) {
      assertEquals(
          PEERS.size(),
          number("select count(*) from audit_entry where action = '%s'".formatted(action)),
          action);
    }
  }

  /** The stanzas that told a peer of the end of its request, by peer. */
  private Map<String, Long> answered() {
    return counted(
        xmpp.sent().stream()
            .filter(sent -> sent.getAttribute("type").equals("unsubscribed"))
            .toList(),
        (Element sent) -> sent.getAttribute("to"));
  }

  private static <T> Map<String, Long> counted(List<T> all, Function<T, String> name) {
    return all.stream().collect(Collectors.groupingBy(name, TreeMap::new, Collectors.counting()));
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = database.connect("roster", PostgresServer.SUPERUSER);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
