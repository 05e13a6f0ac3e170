package org.serverroster.config;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;

/**
 * Finds the named parameters ({@code :?peer}) of the routes' statements once for each statement,
 * where Camel's own would do so at each use. Values come from the header {@code
 * CamelJdbcParameters} and from nowhere else.
 */
public final class NamedParameters implements JdbcPrepareStatementStrategy {

  private static final Pattern NAME = Pattern.compile(":\\?(\\w+)");
  private static final Pattern ROW = Pattern.compile("(?<=\\bvalues )\\([^()]*\\)");
  private static final String COUNT = "rows";

  /** So many rows go into one statement; each number of them is a statement of its own. */
  private static final int MOST_ROWS = 16;

  private record Statement(String sql, List<String> names) {}

  /** The statements are constants of the routes, so this does not grow. */
  private final Map<String, Statement> known = new ConcurrentHashMap<>();

  private final Map<String, String> several = new ConcurrentHashMap<>();

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

  /**
   * The parameters of the statements that insert these rows, several rows at a time, in their
   * order; none for no rows.
   *
   * @param rows the parameters of each row, the same names in all
   */
  public List<Map<String, Object>> ofSeveral(@Body List<Map<String, Object>> rows) {
    List<Map<String, Object>> statements = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += MOST_ROWS) {
      Map<String, Object> all = new HashMap<>();
      int count = Math.min(rows.size() - from, MOST_ROWS);
      for (int row = 0; row < count; row++) {
        for (Map.Entry<String, Object> value : rows.get(from + row).entrySet()) {
          all.put(inRow(value.getKey(), row), value.getValue());
        }
      }
      all.put(COUNT, count);
      statements.add(all);
    }
    return statements;
  }

  /**
   * The statement with its row of values as often as there are rows.
   *
   * @param sql an insert of one row of named parameters
   * @param parameters what {@link #ofSeveral} made
   */
  public String forSeveral(String sql, Map<String, Object> parameters) {
    int count = (int) parameters.get(COUNT);
    return several.computeIfAbsent(count + sql, key -> repeated(sql, count));
  }

  private static String repeated(String sql, int count) {
    return ROW.matcher(sql)
        .replaceFirst(
            found ->
                Matcher.quoteReplacement(
                    IntStream.range(0, count)
                        .mapToObj(
                            row ->
                                NAME.matcher(found.group())
                                    .replaceAll(name -> ":?" + inRow(name.group(1), row)))
                        .collect(Collectors.joining(", "))));
  }

  /** The first row keeps its names. */
  private static String inRow(String name, int row) {
    return row == 0 ? name : name + "_" + row;
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
