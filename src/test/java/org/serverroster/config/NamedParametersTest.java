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

  private static Exchange with(Map<String, Object> values) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getIn().setHeader("peer", "a header of that name");
    exchange.getIn().setHeader("CamelJdbcParameters", values);
    return exchange;
  }
}
