package org.serverroster.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The statements with which the first request of a peer is kept, read from the routes themselves,
 * so that the references run what the service runs.
 */
final class IntakeStatements {

  /** The routes whose statement runs, in this order, when a stranger asks. */
  private static final List<String> ROUTES =
      List.of(
          "read-locked-peer", "keep-new-peer", "open-request", "write-audit", "write-departures");

  private static final Pattern PARAMETER = Pattern.compile(":\\?(\\w+)");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([\\w.-]+)}}");
  private static final Properties SETTINGS = settings();

  private final List<String> statements = new ArrayList<>();

  IntakeStatements(Path routes) throws IOException {
    Map<String, List<String>> all = of(routes, "presence-in.yaml", "keep-change.yaml");
    for (String route : ROUTES) {
      List<String> of = all.get(route);
      if (of == null) {
        throw new IOException("a route has no statement: " + all.keySet());
      }
      statements.add(of.get(of.size() - 1));
    }
  }

  /** The statements of each route of these files that has any, in their order, by its id. */
  static Map<String, List<String>> of(Path routes, String... files) throws IOException {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (String file : files) {
      var yaml = new Load(LoadSettings.builder().build());
      for (Object item : (List<?>) yaml.loadFromString(Files.readString(routes.resolve(file)))) {
        if (((Map<?, ?>) item).get("route") instanceof Map<?, ?> route) {
          collect(route, (String) route.get("id"), all);
        }
      }
    }
    return all;
  }

  private static void collect(Object node, String route, Map<String, List<String>> found) {
    if (node instanceof List<?> list) {
      list.forEach(item -> collect(item, route, found));
    } else if (node instanceof Map<?, ?> map) {
      if (map.get("constant") instanceof Map<?, ?> constant
          && constant.get("expression") instanceof String text
          && text.matches("(?s)\\(?(select|insert|update|with)\\s.*")) {
        found.computeIfAbsent(route, id -> new ArrayList<>()).add(filled(text));
      }
      map.values().forEach(value -> collect(value, route, found));
    }
  }

  /** The statement with what the settings of the program have for its placeholders. */
  private static String filled(String statement) {
    return PLACEHOLDER
        .matcher(statement)
        .replaceAll(
            name ->
                Matcher.quoteReplacement(
                    SETTINGS.getProperty(name.group(1), "{{" + name.group(1) + "}}")));
  }

  private static Properties settings() {
    Properties settings = new Properties();
    try (Reader file =
        Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
      settings.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settings;
  }

  int count() {
    return statements.size();
  }

  /** A script for pgbench: one transaction for a peer that nobody has heard of. */
  String pgbenchScript() {
    var script = new StringBuilder("\\set n random(1, 1000000000000000)\nbegin;\n");
    for (String statement : statements) {
      script
          .append(PARAMETER.matcher(statement).replaceAll(IntakeStatements::expression))
          .append(";\n");
    }
    return script.append("end;\n").toString();
  }

  private static String expression(MatchResult parameter) {
    String value =
        switch (parameter.group(1)) {
          case "peer", "address", "actor" -> "('p' || :n || '.example')";
          case "lane" -> "('capulet.lit p' || :n || '.example admin@capulet.lit')";
          case "request", "openRequest", "wireId" -> "md5('r' || :n)::uuid";
          case "now", "lastSeen", "receivedAt" -> "current_timestamp";
          case "expires", "remindAt" -> "current_timestamp + interval '3 days'";
          case "dayAgo" -> "current_timestamp - interval '1 day'";
          default -> literal(values("p", OffsetDateTime.MIN).get(parameter.group(1)));
        };
    return Matcher.quoteReplacement(value);
  }

  private static String literal(Object value) {
    return value instanceof String text ? "'" + text + "'" : String.valueOf(value);
  }

  /** One transaction for that peer by plain JDBC, committed. */
  void run(Connection connection, String peer) throws SQLException {
    var values = values(peer, OffsetDateTime.now(ZoneOffset.UTC));
    for (String statement : statements) {
      List<Object> parameters = new ArrayList<>();
      String sql =
          PARAMETER
              .matcher(statement)
              .replaceAll(
                  parameter -> {
                    parameters.add(values.get(parameter.group(1)));
                    return "?";
                  });
      run(connection, sql, parameters);
    }
    connection.commit();
  }

  private static void run(Connection connection, String sql, List<Object> parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      if (statement.execute()) {
        try (var rows = statement.getResultSet()) {
          rows.next();
        }
      }
    }
  }

  private static Map<String, Object> values(String peer, OffsetDateTime now) {
    Map<String, Object> values = new LinkedHashMap<>();
    UUID request = UUID.randomUUID();
    values.put("domain", "capulet.lit");
    values.put("peer", peer);
    values.put("address", peer);
    values.put("actor", peer);
    values.put("state", "none+pending-in");
    values.put("before", "none");
    values.put("request", request);
    values.put("openRequest", request);
    values.put("requestKind", "approval");
    values.put("wireId", request);
    values.put("lane", "capulet.lit " + peer + " admin@capulet.lit");
    values.put("channel", "mail");
    values.put("kind", "request");
    values.put("recipient", "admin@capulet.lit");
    values.put("action", "request-received");
    values.put("via", "xmpp");
    for (String no : List.of("online", "preApproved", "blocked", "quiet")) {
      values.put(no, false);
    }
    for (String zero : List.of("dropped", "resends")) {
      values.put(zero, 0);
    }
    for (String most : List.of("mostPending", "mostOfDay")) {
      values.put(most, 100_000_000);
    }
    values.put("mostOfPeer", 50);
    if (now != OffsetDateTime.MIN) {
      values.put("now", now);
      values.put("lastSeen", now);
      values.put("expires", now.plusDays(14));
      values.put("remindAt", now.plusDays(3));
      values.put("dayAgo", now.minusDays(1));
    }
    return values; // all others are null
  }
}
