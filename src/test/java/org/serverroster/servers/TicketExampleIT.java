package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;

/** docs/examples/ticket.yaml, given to the packaged program as it is: a step by a file alone. */
@Tag("servers")
class TicketExampleIT {

  private static final String PEER = "ticketed.lit";

  @TempDir Path folder;

  /** Nobody is asked about a quiet request, and a review is no request of the peer. */
  @Test
  void whatNobodyIsAskedAndAReviewOpenNone() throws Exception {
    List<String> tickets = Collections.synchronizedList(new ArrayList<>());
    var system = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    system.createContext(
        "/",
        call -> {
          tickets.add(
              new ObjectMapper().readTree(call.getRequestBody()).get("correlation_id").asText());
          call.sendResponseHeaders(201, -1);
          call.close();
        });
    system.start();
    try (var estate = Estate.start(folder, PEER);
        var roster =
            estate
                .roster("server-roster")
                .set("roster.events.uri", "direct:ticket")
                .set("ticket.url", "http://127.0.0.1:" + system.getAddress().getPort() + "/")
                .environment(
                    "CAMEL_MAIN_ROUTES_INCLUDE_PATTERN",
                    "classpath:routes/*.yaml,file:"
                        + Path.of("docs/examples/ticket.yaml").toAbsolutePath())
                .start()) {
      estate.ask(PEER);
      String first = request(roster, "approval", false);
      roster.visitor().act(Lab.HOST, PEER, "deny", "{}");
      estate.say(PEER, "subscribe");
      request(roster, "approval", true);
      roster
          .visitor()
          .act(Lab.HOST, PEER, "approve", "{\"reviewAfter\":\"PT1S\",\"subscribeBack\":false}");
      request(roster, "review", false);
      estate.say(PEER, "unsubscribe");
      patiently().until(() -> Estate.state(roster, PEER).equals("none"));
      estate.say(PEER, "subscribe");
      String last = request(roster, "approval", false);

      patiently().until(() -> tickets.contains(last)); // the events of a peer come in order
      assertThat(tickets, is(List.of(first, last)));
    } finally {
      system.stop(0);
    }
  }

  /** The id of the peer's open request, once it is such a one. */
  private static String request(RosterProcess roster, String kind, boolean quiet) {
    return patiently()
        .until(
            () -> roster.visitor().peer(Lab.HOST, PEER).path("request"),
            request ->
                request.path("kind").asText().equals(kind)
                    && request.path("quiet").asBoolean() == quiet)
        .path("id")
        .asText();
  }

  @Test
  void eachRequestOpensOneTicketEvenWhenTheTicketSystemFailsAtFirst() throws Exception {
    List<JsonNode> tickets = Collections.synchronizedList(new ArrayList<>());
    var failures = new AtomicInteger(1);
    var system = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    system.createContext(
        "/api/now/table/incident",
        call -> {
          var ticket = new ObjectMapper().readTree(call.getRequestBody());
          boolean fails = failures.getAndDecrement() > 0;
          if (!fails) {
            tickets.add(ticket);
          }
          call.sendResponseHeaders(fails ? 503 : 201, -1);
          call.close();
        });
    system.start();
    var url = "http://127.0.0.1:" + system.getAddress().getPort() + "/api/now/table/incident";
    var example = Path.of("docs/examples/ticket.yaml").toAbsolutePath();
    try (var estate = Estate.start(folder, PEER);
        var roster =
            estate
                .roster("server-roster")
                .set("roster.events.uri", "direct:ticket")
                .set("ticket.url", url)
                .environment(
                    "CAMEL_MAIN_ROUTES_INCLUDE_PATTERN", "classpath:routes/*.yaml,file:" + example)
                .start()) {
      estate.ask(PEER);

      patiently().until(() -> tickets.size() == 1);
      assertThat(
          tickets.get(0).get("short_description").asText(),
          is("ticketed.lit asks to be trusted by capulet.lit"));
      assertThat(failures.get(), is(-1));
      assertThat(
          tickets.get(0).get("correlation_id").asText(),
          is(roster.visitor().peer("capulet.lit", PEER).path("request").path("id").asText()));
    } finally {
      system.stop(0);
    }
  }
}
