package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class NamedParametersTest {

  private static final String QUERY =
      "update peer set state = :?state where peer = :?peer or 'a:b' = :?state";

  private final NamedParameters parameters = new NamedParameters();

  @Test
  void eachNameBecomesAQuestionMark() {
    assertEquals(
        "update peer set state = ? where peer = ? or 'a:b' = ?",
        parameters.prepareQuery(QUERY, true));
  }

  @Test
  void valuesComeInTheOrderOfTheNamesAndMayBeNull() throws Exception {
    Map<String, Object> values = new HashMap<>();
    values.put("state", "both");
    values.put("peer", null);
    List<Object> ordered = new ArrayList<>();
    parameters
        .createPopulateIterator(QUERY, parameters.prepareQuery(QUERY, true), 3, with(values), null)
        .forEachRemaining(ordered::add);
    assertEquals(java.util.Arrays.asList("both", null, "both"), ordered);
  }

  @Test
  void whatIsMissingIsAnErrorAndNotNull() {
    assertThrows(
        SQLException.class,
        () ->
            parameters.createPopulateIterator(QUERY, "", 3, with(Map.of("state", "both")), "peer"));
  }

  @Test
  void severalRowsAreInsertedByOneStatementInTheirOrder() throws Exception {
    String insert = "insert into t (a, b) values (:?a, :?b) on conflict do nothing";
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int row = 0; row < 18; row++) {
      rows.add(Map.of("a", "a" + row, "b", row));
    }

    List<Map<String, Object>> statements = parameters.ofSeveral(rows);

    assertEquals(2, statements.size(), "sixteen and two");
    String two = parameters.forSeveral(insert, statements.get(1));
    assertEquals(
        "insert into t (a, b) values (?, ?), (?, ?) on conflict do nothing",
        parameters.prepareQuery(two, true));
    List<Object> ordered = new ArrayList<>();
    parameters
        .createPopulateIterator(two, "", 4, with(statements.get(1)), null)
        .forEachRemaining(ordered::add);
    assertEquals(List.of("a16", 16, "a17", 17), ordered);
    assertEquals(
        insert, parameters.forSeveral(insert, parameters.ofSeveral(rows.subList(0, 1)).get(0)));
    assertEquals(List.of(), parameters.ofSeveral(List.of()));
  }

  private static Exchange with(Map<String, Object> values) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getIn().setHeader("peer", "a header of that name");
    exchange.getIn().setHeader("CamelJdbcParameters", values);
    return exchange;
  }
}
