package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One stream for all users of a component domain; its options; its health. */
class SharingTest extends StreamFixture {

  @Test
  void sharesOneStreamAndClosesItAfterItsLastUser() throws Exception {
    XmppComponent component = prepare(c -> {});
    CamelContext context = component.getCamelContext();
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from(URI).routeId("one").process(e -> exchanges.add(e.copy()));
            from(URI).routeId("two").process(e -> exchanges.add(e.copy()));
            from("direct:out").routeId("three").to(URI);
          }
        });
    context.start();
    awaitState(component, StreamState.AUTHENTICATED);

    assertEquals("result", server.handOver(HOST, subscribe("a.lit")).getAttribute("type"));
    assertEquals(2, exchanges.size());
    context.getRouteController().stopRoute("one");
    context.getRouteController().stopRoute("three");
    assertEquals("error", server.handOver(HOST, subscribe("b.lit")).getAttribute("type"));
    assertEquals(2, exchanges.size());
    context.removeRoute("one");
    assertEquals("result", server.handOver(HOST, subscribe("b.lit")).getAttribute("type"));
    assertEquals(3, exchanges.size());
    assertEquals(1, server.attempts());

    context.getRouteController().stopRoute("two");
    await().until(() -> server.ends().equals(java.util.List.of("</stream>")));
    assertEquals(StreamState.STOPPED, component.streamState(JID));

    context.getRouteController().startRoute("two");
    awaitState(component, StreamState.AUTHENTICATED);
    assertEquals(2, server.attempts());
  }

  @Test
  void refusesTwoEndpointsOfOneDomainWithDifferentOptions() throws Exception {
    XmppComponent component = attach();
    assertThrows(
        IllegalArgumentException.class,
        () ->
            component
                .getCamelContext()
                .addRoutes(
                    new RouteBuilder() {
                      @Override
                      public void configure() {
                        from(URI + "?workers=3").to("log:x");
                      }
                    }));
  }

  @ParameterizedTest
  @CsvSource({
    "secret=,secret is missing",
    "host=,host is missing",
    "port=0,port must be",
    "workers=0,workers must be",
    "handoverHosts=a@b.lit,handoverHosts must be",
    "handoverHosts=roster.capulet.lit,handoverHosts must not",
    "reconnectMax=PT0.001S,reconnectMax must not",
    "tls=starttls,tls must be",
  })
  void saysWhichOptionIsWrong(String option, String message) {
    XmppComponent component = prepare(c -> {});
    XmppEndpoint endpoint =
        component.getCamelContext().getEndpoint(URI + "?" + option, XmppEndpoint.class);

    var problem = assertThrows(IllegalArgumentException.class, () -> endpoint.acquireStream(null));

    assertTrue(problem.getMessage().contains(message), problem.getMessage());
  }

  @Test
  void takesItsOptionsFromTheUri() {
    XmppComponent component = prepare(c -> {});
    XmppEndpoint endpoint =
        component
            .getCamelContext()
            .getEndpoint(
                URI + "?host=h&port=1&secret=RAW(a&b)&sendTimeout=PT2S&handoverHosts=x.lit,y.lit",
                XmppEndpoint.class);

    XmppConfiguration options = endpoint.getConfiguration();
    assertEquals("h", options.getHost());
    assertEquals(1, options.getPort());
    assertEquals("a&b", options.getSecret());
    assertEquals(2, options.getSendTimeout().toSeconds());
    assertEquals(2, StreamSettings.of(JID, options).handoverHosts().size());
    assertEquals(server.port(), component.getPort());
    assertTrue(!endpoint.toString().contains("a&b"), endpoint.toString());
    assertTrue(!StreamSettings.of(JID, options).toString().contains("a&b"));
  }

  @Test
  void isReadyOnlyWhileAuthenticated() throws Exception {
    server.refuseSecret(true);
    XmppComponent component = attach();
    awaitState(component, StreamState.REFUSED);

    HealthCheck.Result down = health(component);
    assertEquals(HealthCheck.State.DOWN, down.getState());
    assertEquals("REFUSED", down.getDetails().get("state"));
    assertEquals(JID, down.getDetails().get("component"));
    assertTrue(down.getDetails().get("lastProblem").toString().contains("not-authorized"));

    server.refuseSecret(false);
    awaitState(component, StreamState.AUTHENTICATED);
    assertEquals(HealthCheck.State.UP, health(component).getState());
  }

  private static HealthCheck.Result health(XmppComponent component) {
    return HealthCheckRegistry.get(component.getCamelContext())
        .getCheck("xmpp-component:" + JID)
        .orElseThrow()
        .call();
  }
}
