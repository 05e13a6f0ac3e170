package org.serverroster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How long the start takes and how much memory is held, beside a Camel application of one timer.
 */
final class Footprint {

  private final Bench bench;

  Footprint(Bench bench) {
    this.bench = bench;
  }

  void measure(int entries) throws Exception {
    List<Double> start = new ArrayList<>();
    List<Double> minimalStart = new ArrayList<>();
    List<Double> idle = new ArrayList<>();
    List<Double> minimalIdle = new ArrayList<>();
    List<Double> warm = new ArrayList<>();
    List<Double> loaded = new ArrayList<>();
    var minimal = Path.of(System.getProperty("minimal.jar"));
    try (var server = ServerSide.start()) {
      fill(server, entries);
      for (int run = 0; run <= bench.runs(); run++) {
        var folder = bench.folder("minimal");
        Files.deleteIfExists(folder.resolve("console.log"));
        try (var program = Program.start(folder, Map.of(), Program.java(List.of(), minimal))) {
          double ready = program.awaitSaid("started in");
          TimeUnit.SECONDS.sleep(5); // idle means idle
          if (run > 0) {
            minimalStart.add(ready);
            minimalIdle.add(program.residentMib());
          }
        }
        var service = service(server);
        try (var program = service.launch()) {
          double ready = program.awaitOk(service.ready());
          TimeUnit.SECONDS.sleep(5);
          if (run > 0) {
            start.add(ready);
            idle.add(program.residentMib());
            Report.say(
                "start, %,d entries, run %d: %.0f ms and %.0f MiB, minimal %.0f ms and %.0f MiB",
                entries,
                run,
                ready,
                idle.get(run - 1),
                minimalStart.get(run - 1),
                minimalIdle.get(run - 1));
          }
          if (run == bench.runs()) {
            grow(server, program, warm, loaded);
          }
        }
      }
    }
    bench
        .report()
        .row(
            "start to ready (embedded H2)",
            Report.format("%,d", entries),
            Report.format("%.0f ms", Figures.median(start)),
            Report.format("%.0f ms", Figures.median(minimalStart)),
            Figures.median(start) / Figures.median(minimalStart),
            "at most 2.0");
    bench
        .report()
        .row(
            "memory (RSS), idle",
            Report.format("%,d", entries),
            Report.format("%.0f MiB", Figures.median(idle)),
            Report.format("%.0f MiB", Figures.median(minimalIdle)),
            Figures.median(idle) / Figures.median(minimalIdle),
            "at most 1.5");
    bench
        .report()
        .row(
            Report.format(
                "memory (RSS) after %,d requests, against after the first half",
                bench.quick() ? 20_000 : 100_000),
            Report.format("%,d", entries),
            Report.format("%.0f MiB", loaded.get(0)),
            Report.format("%.0f MiB", warm.get(0)),
            loaded.get(0) / warm.get(0),
            "no growth");
  }

  private Service service(ServerSide server) throws IOException {
    var service = new Service(bench.folder("start-service"), server.address(), bench.smtp());
    bench.jvmOptions().forEach(service::jvm);
    return service;
  }

  /** Its embedded database knows so many peers; it greets none of them, or it would not be idle. */
  private void fill(ServerSide server, int entries) throws Exception {
    service(server).start().close();
    String url = PlainJdbc.url(bench.folder("start-service").resolve("data/server-roster"));
    try (var connection = DriverManager.getConnection(url + ";CACHE_SIZE=1048576")) {
      Entries.fillH2(connection, entries, "none");
    }
  }

  private void grow(ServerSide server, Program program, List<Double> warm, List<Double> loaded)
      throws Exception {
    server.awaitComponent();
    for (List<Double> figure : List.of(warm, loaded)) {
      server.handOver(
          bench.quick() ? 10_000 : 50_000,
          number ->
              "<presence xmlns='jabber:client' from='grow-"
                  + number % 1000
                  + ".example' to='capulet.lit' type='subscribe' id='s'/>",
          200);
      figure.add(program.residentMib());
    }
  }
}
