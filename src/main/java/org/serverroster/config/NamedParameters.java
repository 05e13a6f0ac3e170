package org.serverroster.config;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;

/**
 * Finds the named parameters ({@code :?peer}) of the routes' statements once for each statement,
 * where Camel's own would do so at each use. Values come from the header {@code
 * CamelJdbcParameters} and from nowhere else.
 */
public final class NamedParameters implements JdbcPrepareStatementStrategy {

  private static final Pattern NAME = Pattern.compile(":\\?(\\w+)");

  private record Statement(String sql, List<String> names) {}

  /** The statements are constants of the routes, so this does not grow. */
  private final Map<String, Statement> known = new ConcurrentHashMap<>();

  @Override
  public String prepareQuery(String query, boolean allowNamedParameters) {
    return statement(query).sql();
  }

  @Override
  public Iterator<?> createPopulateIterator(
      String query, String prepared, int expected, Exchange exchange, Object body)
      throws SQLException {
    Map<?, ?> values = exchange.getIn().getHeader("CamelJdbcParameters", Map.class);
    List<Object> ordered = new ArrayList<>(expected);
    for (String name : statement(query).names()) {
      if (values == null || !values.containsKey(name)) {
        throw new SQLException("A statement has no value for its parameter " + name, "07001");
      }
      ordered.add(values.get(name));
    }
    return ordered.iterator();
  }

  @Override
  public void populateStatement(PreparedStatement statement, Iterator<?> values, int expected)
      throws SQLException {
    for (int index = 1; values.hasNext(); index++) {
      statement.setObject(index, values.next());
    }
  }

  private Statement statement(String query) {
    return known.computeIfAbsent(query, NamedParameters::parse);
  }

  private static Statement parse(String query) {
    List<String> names = new ArrayList<>();
    Matcher name = NAME.matcher(query);
    while (name.find()) {
      names.add(name.group(1));
    }
    return new Statement(name.replaceAll("?"), List.copyOf(names));
  }
}
