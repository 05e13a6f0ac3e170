package org.serverroster.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.serverroster.lab.Dns;

/** What leaves: decisions, and the presence that is said to all peers at the start. */
final class Outgoing {

  private static final String SUBSCRIBED = "type='subscribed'";
  private static final String PEERS = "peers.lit";

  private final Bench bench;

  Outgoing(Bench bench) {
    this.bench = bench;
  }

  /** From the POST of an approval until {@code subscribed} is on the stream, one at a time. */
  void decisions(int entries) throws Exception {
    int count = bench.quick() ? 400 : 1000;
    try (var postgres = Postgres.start()) {
      var p50 = new ArrayList<Double>();
      var p99 = new ArrayList<Double>();
      var bare50 = new ArrayList<Double>();
      var bare99 = new ArrayList<Double>();
      try (var server = ServerSide.start()) {
        var service =
            new Service(bench.folder("decision-service"), server.address(), bench.smtp())
                .keptIn(postgres);
        bench.jvmOptions().forEach(service::jvm);
        try (var program = service.start();
            var http = new HttpLine(service.port())) {
          server.awaitComponent();
          postgres.fill(1, entries);
          decide(server, http, "warm", 1500);
          Report.say("decision: warm, %.0f MiB", program.residentMib());
          for (int run = 1; run <= bench.runs(); run++) {
            double[] bare = bare(postgres, count);
            bare50.add(Figures.percentile(bare, 50));
            bare99.add(Figures.percentile(bare, 99));
            double[] ours = decide(server, http, "run" + run, count);
            p50.add(Figures.percentile(ours, 50));
            p99.add(Figures.percentile(ours, 99));
            Report.say(
                "decision, %,d entries, run %d: p50 %.2f ms, p99 %.2f ms; bare %.2f, %.2f ms",
                entries,
                run,
                p50.get(run - 1),
                p99.get(run - 1),
                bare50.get(run - 1),
                bare99.get(run - 1));
          }
        }
      }
      times("decision to wire, p50", entries, p50, bare50, 4);
      times("decision to wire, p99", entries, p99, bare99, 5);
    }
  }

  private void times(String row, int entries, List<Double> ours, List<Double> bare, double target)
      throws Exception {
    bench
        .report()
        .row(
            row,
            Report.format("%,d", entries),
            Report.format("%.2f ms", Figures.median(ours)),
            Report.format("%.2f ms", Figures.median(bare)),
            Figures.median(ours) / Figures.median(bare),
            Report.format("at most %.0f", target));
  }

  private static double[] decide(ServerSide server, HttpLine http, String batch, int count)
      throws Exception {
    server.handOver(
        count,
        number ->
            "<presence xmlns='jabber:client' from='"
                + batch
                + "-"
                + number
                + ".example' to='capulet.lit' type='subscribe' id='s'/>",
        120);
    var seen = new AtomicLong();
    var arrived = new SynchronousQueue<Long>();
    server.onSent(
        stanza -> {
          if (stanza.contains(SUBSCRIBED)) {
            seen.set(System.nanoTime());
            arrived.offer(seen.get());
          }
        });
    double[] millis = new double[count];
    for (int i = 0; i < count; i++) {
      long begun = System.nanoTime();
      var posted =
          http.post("/api/v1/domains/capulet.lit/peers/" + batch + "-" + i + ".example/approve");
      if (posted != 200) {
        throw new IllegalStateException("answered " + posted);
      }
      long end = System.nanoTime() + 5_000_000_000L;
      while (seen.get() < begun && System.nanoTime() < end) {
        arrived.poll(1, TimeUnit.MILLISECONDS);
      }
      if (seen.get() < begun) {
        throw new IllegalStateException("no subscribed for " + batch + "-" + i);
      }
      millis[i] = (seen.get() - begun) / 1e6;
    }
    server.onSent(stanza -> {});
    return millis;
  }

  /** One row committed by plain JDBC, then one echo through the component stream. */
  private static double[] bare(Postgres postgres, int count) throws Exception {
    postgres.run("create table if not exists bare (n bigint generated always as identity, t text)");
    double[] millis = new double[count];
    try (var server = ServerSide.start();
        var component = new BareComponent(server.address());
        var connection = postgres.connect();
        var insert = connection.prepareStatement("insert into bare (t) values (?)")) {
      server.awaitComponent();
      var seen = new java.util.concurrent.Semaphore(0);
      server.onSent(stanza -> seen.release());
      var echoing =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < count + 500; i++) {
                    component.echo();
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              "echo");
      echoing.setDaemon(true);
      echoing.start();
      for (int i = -500; i < count; i++) {
        long begun = System.nanoTime();
        insert.setString(1, "approved");
        insert.executeUpdate();
        server.say("<iq type='get' id='e' from='capulet.lit' to='roster.capulet.lit'/>");
        seen.acquire();
        if (i >= 0) {
          millis[i] = (System.nanoTime() - begun) / 1e6;
        }
      }
    }
    return millis;
  }

  /** Available, and a probe, to every peer of the roster, right after the start. */
  void broadcast(int entries) throws Exception {
    try (var postgres = Postgres.start()) {
      var service = fill(postgres, "broadcast-service", entries, "old-%d.example");
      compare(
          "start-up broadcast (acknowledged one by one)",
          entries,
          () -> {
            try (var server = ServerSide.start()) {
              var count = new Counter(2 * entries);
              server.onSent(count::take);
              try (var program = service.at(server.address()).start()) {
                double rate = count.rate();
                Report.say("broadcast: said, %.0f MiB", program.residentMib());
                return rate;
              }
            }
          },
          () -> {
            try (var server = ServerSide.start()) {
              var count = new Counter(2 * entries);
              server.onSent(count::take);
              try (var component = new BareComponent(server.address())) {
                component.broadcast(2 * entries, "old-%d.example");
                return count.rate();
              }
            }
          });
    }
  }

  /** The same through a real Prosody with our shim, to a component that speaks for all peers. */
  void broadcastThroughProsody(int entries) throws Exception {
    try (var postgres = Postgres.start();
        var dns = Dns.start();
        var prosody = Intake.prosody(bench.folder("broadcast-prosody"), dns);
        var peers = new BareComponent(prosody.components(), PEERS, ServerSide.SECRET)) {
      var arriving = new AtomicReference<>(new Counter(Integer.MAX_VALUE));
      peers.listen(stanza -> arriving.get().take(stanza));
      var service =
          fill(postgres, "broadcast-prosody-service", entries, PEERS).at(prosody.components());
      compare(
          "start-up broadcast, through Prosody and its shim",
          entries,
          () -> {
            var count = new Counter(2 * entries);
            arriving.set(count);
            try (var program = service.start()) {
              double rate = count.rate();
              Report.say("broadcast: said, %.0f MiB", program.residentMib());
              return rate;
            }
          },
          () -> {
            var count = new Counter(2 * entries);
            arriving.set(count);
            try (var component = new BareComponent(prosody.components())) {
              component.broadcast(2 * entries, PEERS);
              return count.rate();
            }
          });
    }
  }

  /** A service whose database has the tables and that many peers, each at such an address. */
  private Service fill(Postgres postgres, String folder, int entries, String address)
      throws Exception {
    try (var server = ServerSide.start()) {
      var service =
          new Service(bench.folder(folder), server.address(), bench.smtp()).keptIn(postgres);
      service.start().close();
      bench.jvmOptions().forEach(service::jvm);
      postgres.fill(1, entries);
      postgres.run(
          "update peer set address = replace('"
              + address
              + "', '%d', substring(peer from '[0-9]+'))");
      postgres.run("vacuum full analyze peer");
      return service;
    }
  }

  private void compare(String row, int entries, Callable<Double> service, Callable<Double> bare)
      throws Exception {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    int runs = entries > Bench.MANY ? 1 : bench.runs(); // it takes minutes
    for (int run = 1; run <= runs; run++) {
      ours.add(service.call());
      theirs.add(bare.call());
      Report.say(
          "%s, %,d entries, run %d: %.0f/s, bare %.0f/s",
          row, entries, run, ours.get(run - 1), theirs.get(run - 1));
    }
    bench
        .report()
        .rate(
            row, Report.format("%,d", entries), Figures.median(ours), Figures.median(theirs), 0.5);
  }

  /** Counts what leaves, and knows when the first and the last did. */
  private static final class Counter {
    private final int all;
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long first;
    private volatile long last;

    Counter(int all) {
      this.all = all;
    }

    void take(String stanza) {
      if (!stanza.contains("<presence") || stanza.contains("unavailable")) {
        return;
      }
      int number = count.incrementAndGet();
      if (number == 1) {
        first = System.nanoTime();
      } else if (number == all) {
        last = System.nanoTime();
        done.countDown();
      }
    }

    double rate() throws InterruptedException {
      if (!done.await(120 + all / 1000, TimeUnit.SECONDS)) {
        throw new IllegalStateException("only " + count + " of " + all + " have left");
      }
      return all / ((last - first) / 1e9);
    }
  }
}
