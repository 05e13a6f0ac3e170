package org.serverroster.fault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Takes CloudEvents and lines for people over HTTP on loopback, or is as unhelpful as it is told to
 * be. It notes an event when it takes it, which is before the sender hears of that; and it can be
 * away.
 */
final class EventSink implements AutoCloseable {

  /** How it behaves. */
  enum Mood {
    /** Takes everything. */
    FINE,
    /** Takes nothing for now: 503. */
    BUSY,
    /** Takes a second for each. */
    SLOW,
    /** Takes the event and breaks the connection instead of saying so. */
    SILENT,
    /** Takes the connection and says nothing until it is told to. */
    MUTE
  }

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          4,
          work -> {
            Thread thread = new Thread(work, "event-sink");
            thread.setDaemon(true);
            return thread;
          });
  private final History history;
  private final Points points;
  private final int port;
  private HttpServer server;
  private volatile Mood mood = Mood.FINE;

  EventSink(History history, Points points) throws IOException {
    this.history = history;
    this.points = points;
    start(0);
    port = server.getAddress().getPort();
  }

  /** Whether the program that is tested has events at all. */
  static boolean isWanted() {
    return Files.exists(Path.of("routes", "events.yaml"));
  }

  /** Where events go. */
  String uri() {
    return "http://127.0.0.1:" + port + "/events";
  }

  /** Where lines for people go. */
  String notices() {
    return "http://127.0.0.1:" + port + "/notices";
  }

  /** Behaves like that from now on. */
  void be(Mood next) {
    mood = next;
  }

  void goAway() {
    server.stop(0);
  }

  void comeBack() throws IOException {
    start(port);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void start(int at) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at), 50);
    server.setExecutor(threads);
    server.createContext("/events", exchange -> take(exchange, Event.TOLD, "event"));
    server.createContext("/notices", exchange -> take(exchange, Event.SPOKEN, "notice"));
    server.start();
  }

  private void take(HttpExchange exchange, String what, String kind) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String id = exchange.getRequestHeaders().getFirst("webhook-id");
      Mood now = mood;
      if (now == Mood.MUTE) {
        while (mood == Mood.MUTE) {
          Pause.millis(50);
        }
        return; // breaks the connection
      }
      if (now == Mood.BUSY) {
        exchange.sendResponseHeaders(503, -1);
        return;
      } else if (now == Mood.SLOW) {
        Pause.millis(1000);
      }
      points.reach("before-" + kind);
      history.note(what, "id", id);
      if (now != Mood.SILENT) {
        points.reach("after-" + kind);
        exchange.sendResponseHeaders(204, -1);
      }
    }
  }
}
