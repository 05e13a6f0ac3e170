package org.serverroster.flow;

import static org.serverroster.flow.House.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A receiver of events over HTTP, with moods: it takes them, refuses them, or says nothing. */
public class Webhook implements QuarkusTestResourceLifecycleManager {

  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr";

  /** Part of the address, as with many webhooks: whoever knows it can post. */
  static final String TOKEN = "T0KEN-in-the-path";

  private static final List<Post> TAKEN = new CopyOnWriteArrayList<>();
  private static final List<Post> REFUSED = new CopyOnWriteArrayList<>();
  private static volatile Predicate<String> refuses = body -> false;
  private static volatile Predicate<String> drips = body -> false;
  private static volatile CountDownLatch drought = new CountDownLatch(0);
  private static volatile int status = 500;
  private static volatile CountDownLatch silence = new CountDownLatch(0);

  private HttpServer server;
  private ExecutorService threads;

  /**
   * One event as it came.
   *
   * @param header a header by its lower-case name, null when absent
   */
  record Post(String body, UnaryOperator<String> header) {
    JsonNode json() {
      return Schemas.tree(body);
    }

    String type() {
      return json().path("type").asText();
    }

    JsonNode data() {
      return json().path("data");
    }
  }

  /** Everything that it has taken, in the order in which it came. */
  static List<Post> taken() {
    return TAKEN;
  }

  /** What it was offered and has not taken. */
  static List<Post> refused() {
    return REFUSED;
  }

  /** What is wrong with anything that it was offered. */
  static List<String> violations() {
    return Stream.concat(TAKEN.stream(), REFUSED.stream())
        .flatMap(post -> Schemas.violations(post.body()).stream())
        .toList();
  }

  /** The events about one peer that it has taken. */
  static List<Post> about(String peer) {
    return TAKEN.stream()
        .filter(post -> post.json().path("subject").asText().equals(peer))
        .toList();
  }

  /** The first event of this type about a peer, once it is there. */
  static Post await(String peer, String type) {
    patiently().until(() -> about(peer).stream().anyMatch(post -> post.type().equals(type)));
    return about(peer).stream().filter(post -> post.type().equals(type)).findFirst().orElseThrow();
  }

  /** From now on what contains this is answered with this status. */
  static void refuse(String part, int answer) {
    status = answer;
    refuses = body -> body.contains(part);
  }

  /** From now on everything is taken. */
  static void takeAll() {
    refuses = body -> false;
  }

  /**
   * From now on what contains this is taken, and the answer to it comes a byte at a time, until the
   * latch is counted down.
   */
  static CountDownLatch drip(String part) {
    drought = new CountDownLatch(1);
    drips = body -> body.contains(part);
    return drought;
  }

  /** From now on nothing is answered, until the latch is counted down. */
  static CountDownLatch hang() {
    silence = new CountDownLatch(1);
    return silence;
  }

  @Override
  public Map<String, String> start() {
    TAKEN.clear();
    REFUSED.clear();
    takeAll();
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
    return Map.of("roster.events.uri", address(), "roster.events.secret", SECRET);
  }

  private String address() {
    return "http://127.0.0.1:%d/%s?responseTimeout=2000"
        .formatted(server.getAddress().getPort(), TOKEN);
  }

  private void take(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Post post = new Post(body, exchange.getRequestHeaders()::getFirst);
    try {
      silence.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean no = refuses.test(body);
    (no ? REFUSED : TAKEN).add(post);
    if (drips.test(body)) {
      drip(exchange);
    }
    if (exchange.getResponseCode() < 0) {
      exchange.sendResponseHeaders(no ? status : 204, -1);
    }
    exchange.close();
  }

  private static void drip(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (!drought.await(100, TimeUnit.MILLISECONDS)) {
        exchange.getResponseBody().write('.');
        exchange.getResponseBody().flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void stop() {
    drought.countDown();
    silence.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
