package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.junit.jupiter.api.Test;

/** Order, parallelism and back-pressure. */
class DispatchTest extends StreamFixture {

  @Test
  void keepsTheOrderOfEachPeer() throws Exception {
    Map<String, List<String>> seen = new ConcurrentHashMap<>();
    attach(
        exchange -> {
          LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(200_000));
          seen.computeIfAbsent(
                  exchange.getIn().getHeader(XmppHeaders.FROM, String.class),
                  from -> new CopyOnWriteArrayList<>())
              .add(exchange.getIn().getHeader(XmppHeaders.STANZA_ID, String.class));
        });
    server.awaitStream();

    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      for (int peer = 0; peer < 10; peer++) {
        all.append(presence("p" + peer + ".lit", i));
      }
    }
    server.send(all.toString());

    awaitExchange(1000);
    await().until(() -> seen.values().stream().mapToInt(List::size).sum() == 1000);
    List<String> order = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
    seen.forEach((peer, ids) -> assertEquals(order, ids, peer));
  }

  @Test
  void servesOtherPeersWhileOneIsSlow() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    attach(
        exchange -> {
          if ("slow.lit".equals(exchange.getIn().getHeader(XmppHeaders.FROM))) {
            release.await();
          }
        });
    server.awaitStream();

    server.startHandOver(HOST, subscribe("slow.lit"));
    for (int i = 0; i < 20; i++) {
      String id = server.startHandOver(HOST, subscribe("p" + i + ".lit"));
      if (!sameLane("slow.lit", "p" + i + ".lit")) {
        assertEquals("result", server.awaitAnswer(id).getAttribute("type"));
      }
    }
    release.countDown();
  }

  @Test
  void tellsWhoeverIsSetOfWhatFails() throws Exception {
    List<Throwable> told = new CopyOnWriteArrayList<>();
    ExceptionHandler handler =
        new ExceptionHandler() {
          @Override
          public void handleException(Throwable failure) {
            told.add(failure);
          }

          @Override
          public void handleException(String message, Throwable failure) {
            told.add(failure);
          }

          @Override
          public void handleException(String message, Exchange exchange, Throwable failure) {
            told.add(failure);
          }
        };
    attach(
        component -> component.setExceptionHandler(handler),
        exchange -> {
          throw new IllegalStateException("a bug");
        });
    server.awaitStream();
    String id = server.startHandOver(HOST, subscribe("montague.lit"));
    assertEquals("error", server.awaitAnswer(id).getAttribute("type"));
    assertEquals(List.of("a bug"), told.stream().map(Throwable::getMessage).toList());
  }

  @Test
  void stopsReadingWhenConsumersAreStuckAndLosesNothing() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    XmppComponent component =
        attach(
            c -> {
              c.setWorkers(2);
              c.setQueueSize(4);
            },
            exchange -> release.await());
    server.awaitStream();

    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      all.append(presence("p" + i % 7 + ".lit", i));
    }
    server.send(all.toString());

    // two at work, four waiting for each, one in the reader's hand
    StreamCounters counters = component.streamCounters(JID);
    await()
        .during(java.time.Duration.ofMillis(300))
        .until(() -> counters.received() >= 6 && counters.received() <= 11);
    release.countDown();

    awaitExchange(500);
    assertEquals(500, counters.received());
    for (int peer = 0; peer < 7; peer++) {
      String from = "p" + peer + ".lit";
      List<Integer> ids =
          exchanges.stream()
              .filter(e -> from.equals(e.getIn().getHeader(XmppHeaders.FROM)))
              .map(e -> e.getIn().getHeader(XmppHeaders.STANZA_ID, Integer.class))
              .toList();
      assertEquals(ids.stream().sorted().toList(), ids);
    }
  }

  @Test
  void finishesAndAcknowledgesWhatItHasTakenBeforeItStops() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    XmppComponent component = attach(exchange -> release.await());
    server.awaitStream();
    String id = server.startHandOver(HOST, subscribe("montague.lit"));
    awaitExchange(1);

    Thread stopper = new Thread(() -> component.getCamelContext().stop());
    stopper.start();
    release.countDown();
    stopper.join();

    assertEquals("result", server.awaitAnswer(id).getAttribute("type"));
    await().until(() -> server.ends().contains("</stream>"));
  }

  @Test
  void keepsTheConnectionForTheLastAnswersWhileMoreArrives() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    XmppComponent component = prepare(c -> {});
    component.getCamelContext().start();
    ComponentStream stream =
        new ComponentStream(
            StreamSettings.of(JID, component.getConfiguration()),
            component.getCamelContext().getExecutorServiceManager(),
            state -> {});
    stream
        .reception()
        .add(
            (stanza, host) -> {
              release.await();
              return null;
            });
    stream.start();
    server.awaitStream();
    String id = server.startHandOver(HOST, subscribe("montague.lit"));
    await().until(() -> stream.counters().received() == 1);

    Thread stopper =
        new Thread(
            () -> {
              try {
                stream.stop();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    stopper.start();
    await().until(() -> stopper.getState() == Thread.State.TIMED_WAITING);
    server.send(presence("a.lit", 1));
    await().until(() -> stream.counters().received() == 2);
    await().during(java.time.Duration.ofMillis(200)).until(() -> server.open() == 1);
    release.countDown();
    stopper.join();

    assertEquals("result", server.awaitAnswer(id).getAttribute("type"));
    await().until(() -> server.ends().equals(List.of("</stream>")));
    assertEquals(StreamState.STOPPED, stream.state());
  }

  private static boolean sameLane(String one, String other) {
    return lane(one) == lane(other);
  }

  private static int lane(String text) {
    int hash = text.hashCode();
    return Math.floorMod(hash ^ hash >>> 16, 8);
  }

  private static String presence(String from, int id) {
    return "<presence from='" + from + "' to='" + JID + "' type='probe' id='" + id + "'/>";
  }

  @Test
  void lanesOfTheTestAreThoseOfTheCode() {
    assertTrue(IntStream.range(0, 20).anyMatch(i -> !sameLane("slow.lit", "p" + i + ".lit")));
  }
}
