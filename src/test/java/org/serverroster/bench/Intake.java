package org.serverroster.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Prosody;

/**
 * How many first requests of distinct peers are taken in a second: handed over on the component
 * stream, acknowledged after the commit.
 */
final class Intake {

  private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+) \\(without");

  private final Bench bench;

  Intake(Bench bench) {
    this.bench = bench;
  }

  private static String subscribe(String peer) {
    return "<presence xmlns='jabber:client' from='"
        + peer
        + "' to='"
        + ServerSide.HOST
        + "' type='subscribe' id='s'/>";
  }

  private static double load(ServerSide server, String batch, int count)
      throws IOException, InterruptedException {
    long nanos =
        server.handOver(count, number -> subscribe(batch + "-" + number + ".example"), 200);
    return count / (nanos / 1e9);
  }

  void onPostgresql(int entries) throws Exception {
    var script = Files.writeString(bench.folder("pg").resolve("intake.sql"), script());
    try (var postgres = Postgres.start();
        var server = ServerSide.start()) {
      var service = service("pg-service", server.address()).keptIn(postgres);
      try (var program = service.start()) {
        server.awaitComponent();
        postgres.fill(1, entries);
        warmUp(server);
        List<Double> ours = new ArrayList<>();
        List<Double> reference = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        for (int run = 1; run <= bench.runs(); run++) {
          reference.add(pgbench(postgres, script));
          postgres.run("checkpoint");
          var before = program.processorTime();
          ours.add(load(server, "run" + run, bench.requests()));
          millis.add(program.processorTime().minus(before).toNanos() / 1e6 / bench.requests());
          Report.say(
              "intake-postgresql, %,d entries, run %d: %.0f/s, pgbench %.0f/s, %.2f ms CPU each",
              entries, run, ours.get(run - 1), reference.get(run - 1), millis.get(run - 1));
        }
        bench
            .report()
            .rate(
                "intake, PostgreSQL",
                Report.format("%,d", entries),
                Figures.median(ours),
                Figures.median(reference),
                0.5);
        if (entries == Bench.FEW) {
          costs("intake, PostgreSQL", program, server, Figures.median(millis));
        }
      }
    }
  }

  /**
   * The same through a real Prosody with our shim and its journal. As many peer servers cannot
   * federate on one machine, so a component of this Prosody speaks for all of them.
   */
  void throughProsody(int entries) throws Exception {
    var script = Files.writeString(bench.folder("pg").resolve("intake.sql"), script());
    List<Double> ours = new ArrayList<>();
    List<Double> reference = new ArrayList<>();
    try (var postgres = Postgres.start();
        var dns = Dns.start();
        var prosody = prosody(bench.folder("prosody"), dns)) {
      var service = service("prosody-service", prosody.components()).keptIn(postgres);
      try (var program = service.start();
          var peers = new BareComponent(prosody.components(), "peers.lit", ServerSide.SECRET)) {
        postgres.fill(1, entries);
        through(peers, postgres, "warm-up", bench.warmUp() / 2);
        for (int run = 1; run <= bench.runs(); run++) {
          reference.add(pgbench(postgres, script));
          postgres.run("checkpoint");
          ours.add(through(peers, postgres, "run" + run, bench.requests() / 2));
          Report.say(
              "intake-prosody, %,d entries, run %d: %.0f/s, pgbench %.0f/s; %.0f MiB",
              entries, run, ours.get(run - 1), reference.get(run - 1), program.residentMib());
        }
      }
    }
    bench
        .report()
        .rate(
            "intake, PostgreSQL, through Prosody and its shim",
            Report.format("%,d", entries),
            Figures.median(ours),
            Figures.median(reference),
            0.5);
  }

  /** One with our shim, and a component that may speak for everybody. */
  static Prosody prosody(Path folder, Dns dns) throws IOException {
    return Prosody.in(folder, dns)
        .rosterHost(ServerSide.HOST, ServerSide.COMPONENT)
        .component(ServerSide.COMPONENT, ServerSide.SECRET)
        .component("peers.lit", ServerSide.SECRET)
        .configure("validate_from_addresses = false")
        .logLevel("info")
        .start();
  }

  /** Until all are committed; never more on their way than the shim's journal takes. */
  private static double through(BareComponent peers, Postgres postgres, String batch, int count)
      throws Exception {
    long begun = System.nanoTime();
    try (var connection = postgres.connect();
        var last = connection.prepareStatement("select coalesce(max(id), 0) from audit_entry")) {
      long first = last(last);
      int sent = 0;
      for (long done = 0; done < count; done = last(last) - first) {
        for (; sent < count && sent - done < 500; sent++) {
          peers.say(
              "<presence from='"
                  + batch
                  + "-"
                  + sent
                  + ".example' to='"
                  + ServerSide.HOST
                  + "' type='subscribe' id='s'/>");
        }
        if (System.nanoTime() - begun > 200e9) {
          throw new IOException("only " + done + " of " + count + " are in the roster");
        }
        TimeUnit.MILLISECONDS.sleep(5); // a look costs the database something
      }
    }
    return count / ((System.nanoTime() - begun) / 1e9);
  }

  private static long last(PreparedStatement statement) throws SQLException {
    try (var row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  void onH2(int entries) throws Exception {
    try (var server = ServerSide.start()) {
      var service = service("h2-service", server.address());
      var program = service.start();
      server.awaitComponent();
      program.close();
      String url = url("h2-service/data/server-roster");
      try (var connection = DriverManager.getConnection(url + ";CACHE_SIZE=1048576")) {
        Entries.fillH2(connection, entries);
      }
      program = service.start();
      try {
        server.awaitComponent();
        warmUp(server);
        List<Double> ours = new ArrayList<>();
        List<Double> reference = new ArrayList<>();
        List<Double> synced = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        try (var plain = new PlainJdbc(bench, entries)) {
          for (int run = 1; run <= bench.runs(); run++) {
            reference.add(plain.rate(false));
            synced.add(plain.rate(true));
            var before = program.processorTime();
            ours.add(load(server, "run" + run, bench.requests()));
            millis.add(program.processorTime().minus(before).toNanos() / 1e6 / bench.requests());
            Report.say(
                "intake-h2, %,d entries, run %d: %.0f/s, plain %.0f/s, with a checkpoint each"
                    + " %.0f/s",
                entries, run, ours.get(run - 1), reference.get(run - 1), synced.get(run - 1));
          }
        }
        String before = Report.format("%,d", entries);
        bench
            .report()
            .rate(
                "intake, H2, against the same statements without any flush",
                before,
                Figures.median(ours),
                Figures.median(reference),
                0.5);
        bench
            .report()
            .rate(
                "intake, H2, against the same with `checkpoint sync` after each commit",
                before,
                Figures.median(ours),
                Figures.median(synced),
                0.5);
        if (entries == Bench.FEW) {
          costs("intake, H2", program, server, Figures.median(millis));
        }
      } finally {
        program.close();
      }
    }
  }

  private String url(String data) throws IOException {
    return PlainJdbc.url(bench.folder(".").resolve(data));
  }

  private Service service(String folder, InetSocketAddress server) throws IOException {
    var service = new Service(bench.folder(folder), server, bench.smtp());
    bench.jvmOptions().forEach(service::jvm);
    return service;
  }

  private void warmUp(ServerSide server) throws IOException, InterruptedException {
    Report.say("warm-up: %.0f/s", load(server, "warm-up", bench.warmUp()));
  }

  private String script() throws IOException {
    return new IntakeStatements(Path.of("routes")).pgbenchScript();
  }

  private double pgbench(Postgres postgres, Path script) throws IOException, InterruptedException {
    String said =
        Program.run(
            script.getParent(),
            120,
            "/usr/lib/postgresql/15/bin/pgbench",
            "-n",
            "-M",
            "prepared",
            "-c",
            "8",
            "-j",
            "2",
            "-T",
            Integer.toString(bench.seconds()),
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(postgres.port()),
            "-U",
            "postgres",
            "-f",
            script.toString(),
            "postgres");
    var rate = RATE.matcher(said);
    if (!rate.find()) {
      throw new IOException(said);
    }
    return Double.parseDouble(rate.group(1));
  }

  /** Not while the rate is measured: recording costs something itself. */
  private void costs(String row, Program program, ServerSide server, double millis)
      throws IOException, InterruptedException {
    var recording = bench.folder("recordings").resolve(row.replaceAll("\\W+", "-") + ".jfr");
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var folder = recording.getParent();
    String pid = Long.toString(program.pid());
    Program.run(folder, 30, jcmd, pid, "JFR.start", "name=bench", "settings=profile");
    load(server, "recorded", bench.requests());
    Program.run(folder, 60, jcmd, pid, "JFR.dump", "name=bench", "filename=" + recording);
    Program.run(folder, 30, jcmd, pid, "JFR.stop", "name=bench");
    var costs = Costs.of(recording);
    bench
        .report()
        .fact(
            "CPU per request, " + row,
            Integer.toString(Bench.FEW),
            Report.format("%.2f ms; %s", millis, costs.largestTimes(bench.quick() ? 12 : 3)));
    bench
        .report()
        .fact(
            "allocated per request, " + row,
            Integer.toString(Bench.FEW),
            Report.format(
                "%.0f KiB; %s",
                costs.bytes() / 1024 / bench.requests(),
                costs.largestAllocations(bench.quick() ? 12 : 3)));
  }
}
