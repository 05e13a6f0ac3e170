package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A scripted server, and Camel contexts that attach to it with short waits. */
abstract class StreamFixture {

  static final String JID = "roster.capulet.lit";
  static final String HOST = "capulet.lit";
  static final String SECRET = "s3cr&t";
  static final String URI = "xmpp-component:" + JID;

  ScriptedXmppServer server;
  final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
  private final List<CamelContext> contexts = new ArrayList<>();

  @BeforeEach
  void startServer() throws Exception {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
    server = ScriptedXmppServer.start(JID, SECRET);
  }

  @AfterEach
  void stopAll() {
    server.thaw();
    contexts.forEach(CamelContext::stop);
    server.close();
  }

  /**
   * A started context whose route keeps a copy of each exchange and then runs {@code processor}.
   */
  XmppComponent attach(Processor processor) throws Exception {
    return attach(component -> {}, processor);
  }

  XmppComponent attach() throws Exception {
    return attach(exchange -> {});
  }

  XmppComponent attach(Consumer<XmppComponent> options, Processor processor) throws Exception {
    XmppComponent component = prepare(options);
    component
        .getCamelContext()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                from(URI)
                    .routeId("in")
                    .errorHandler(noErrorHandler())
                    .process(exchange -> exchanges.add(exchange.copy()))
                    .process(processor);
              }
            });
    component.getCamelContext().start();
    return component;
  }

  /** A context that is not started and has no routes. */
  XmppComponent prepare(Consumer<XmppComponent> options) {
    DefaultCamelContext context = new DefaultCamelContext();
    context.getShutdownStrategy().setTimeout(3);
    contexts.add(context);
    XmppComponent component = new XmppComponent();
    component.setHost(server.host());
    component.setPort(server.port());
    component.setSecret(SECRET);
    component.setHandoverHosts(HOST);
    component.setReconnectMin(Duration.ofMillis(20));
    component.setReconnectMax(Duration.ofMillis(100));
    component.setSendTimeout(Duration.ofSeconds(5));
    component.setConnectTimeout(Duration.ofSeconds(3));
    options.accept(component);
    context.addComponent("xmpp-component", component);
    return component;
  }

  static void awaitState(XmppComponent component, StreamState state) {
    await().until(() -> component.streamState(JID) == state);
  }

  /** Waits for a failed attempt, which lasts longer than the state after it. */
  static void awaitProblem(XmppComponent component) {
    await().until(() -> component.lastProblem(JID) != null);
  }

  Exchange awaitExchange(int number) {
    await().until(() -> exchanges.size() >= number);
    return exchanges.get(number - 1);
  }

  static String subscribe(String from) {
    return "<presence from='" + from + "' to='" + HOST + "' type='subscribe' id='s1'/>";
  }
}
