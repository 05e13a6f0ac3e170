package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Expression;
import org.apache.camel.Header;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.bean.BeanExpression;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BeanCallsTest {

  private static final IllegalStateException TROUBLE = new IllegalStateException("trouble");

  /** What a route may call. */
  public static final class Clerk {
    public String annotated(
        @Header("peer") String peer, @ExchangeProperty("count") long count, @Body Object body) {
      return peer + count + body;
    }

    public boolean failed(@ExchangeException Exception failure) {
      return failure == TROUBLE;
    }

    public Object same(Object value) {
      return value;
    }

    public String three(Object first, String second, Object third) {
      return first + second + third;
    }

    public boolean fails() {
      throw TROUBLE;
    }

    public String twice() {
      return "none";
    }

    public String twice(@Body Object body) {
      return "one " + body;
    }

    public String plain(Map<?, ?> body) {
      return "the body " + body;
    }
  }

  private final DefaultCamelContext context = new DefaultCamelContext();
  private Exchange exchange;

  @BeforeEach
  void start() {
    context.getRegistry().bind("clerk", new Clerk());
    context.getRegistry().bind("bean-language", new BeanCalls());
    context.start();
    exchange = new DefaultExchange(context);
    exchange.getIn().setHeader("peer", "montague.lit");
    exchange.getIn().setBody(Map.of());
    exchange.setProperty("count", "7"); // a text, where a number is asked for
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void aFailureIsTheOneThatIsThereElseTheOneThatWasCaught() {
    Expression asks = quick("failed");
    assertEquals(false, asks.evaluate(exchange, Object.class));
    exchange.setProperty(Exchange.EXCEPTION_CAUGHT, TROUBLE);
    assertEquals(true, asks.evaluate(exchange, Object.class));
    exchange.setException(new IllegalArgumentException("a later one"));
    assertEquals(false, asks.evaluate(exchange, Object.class));
  }

  @Test
  void argumentsComeFromWhereTheAnnotationsSay() {
    assertEquals("montague.lit7{}", quick("annotated").evaluate(exchange, String.class));
    exchange.getIn().removeHeader("peer");
    assertEquals("null7{}", quick("annotated").evaluate(exchange, String.class));
  }

  @Test
  void argumentsComeFromWhereTheCallSays() {
    Map<String, String> value = Map.of();
    exchange.setProperty("map", value);
    assertSame(value, quick("same(${exchangeProperty.map})").evaluate(exchange, Object.class));
    assertNull(quick("same(${header.missing})").evaluate(exchange, Object.class));
    assertEquals(
        "montague.lit7a text{}",
        quick("three(${header.peer}, '7a text', ${body})").evaluate(exchange, String.class));
  }

  @Test
  void aCallIsACondition() {
    exchange.setProperty("yes", true);
    exchange.setProperty("no", false);
    assertTrue(
        context
            .resolveLanguage("bean")
            .createPredicate(null, of("same(${exchangeProperty.yes})"))
            .matches(exchange));
    assertFalse(
        context
            .resolveLanguage("bean")
            .createPredicate(null, of("same(${exchangeProperty.no})"))
            .matches(exchange));
  }

  @Test
  void whatAMethodThrowsIsTheExceptionOfTheExchange() {
    assertNull(quick("fails").evaluate(exchange, Object.class));
    assertSame(TROUBLE, exchange.getException());

    exchange.setException(null);
    exchange.setProperty("count", "many");
    assertNull(quick("annotated").evaluate(exchange, Object.class));
    assertTrue(exchange.isFailed(), "no number");
  }

  @Test
  void everythingElseIsLeftToCamel() {
    for (String call : new String[] {"twice", "plain", "same(${body.size})", "same(7)"}) {
      assertTrue(expression(call) instanceof BeanExpression, call);
    }
    assertEquals("the body {}", expression("plain").evaluate(exchange, String.class));
    assertThrows(RuntimeCamelException.class, () -> expression("misspelt"), "at the start");
  }

  @Test
  void otherLanguagesAskInTheirWay() {
    exchange.setProperty("count", 1);
    assertEquals(
        "montague.lit1{}",
        context
            .resolveLanguage("simple")
            .createExpression("${bean:clerk?method=annotated}")
            .evaluate(exchange, String.class));
  }

  private Expression quick(String call) {
    Expression expression = expression(call);
    assertFalse(expression instanceof BeanExpression, call + " is called the long way");
    return expression;
  }

  private Expression expression(String call) {
    return context.resolveLanguage("bean").createExpression(null, of(call));
  }

  /** As the {@code method:} of a route. */
  private static Object[] of(String call) {
    return new Object[] {null, null, call, null, "clerk", null, null};
  }
}
