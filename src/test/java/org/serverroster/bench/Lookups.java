package org.serverroster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How many times in a second others can ask whether a peer is trusted. */
final class Lookups {

  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern BAD = Pattern.compile("Socket errors|Non-2xx");

  private final Bench bench;

  Lookups(Bench bench) {
    this.bench = bench;
  }

  void trusted(int entries) throws Exception {
    try (var postgres = Postgres.start();
        var server = ServerSide.start()) {
      var service =
          new Service(bench.folder("trusted-service"), server.address(), bench.smtp())
              .keptIn(postgres)
              // htpasswd -nBC 12: gatekeeper, the password of the administrator
              .set(
                  "roster.users.gatekeeper.password",
                  io.quarkus.elytron.security.common.BcryptUtil.bcryptHash(Service.PASSWORD, 12))
              .set("roster.users.gatekeeper.roles", "enforcer");
      bench.jvmOptions().forEach(service::jvm);
      try (var program = service.start()) {
        server.awaitComponent();
        postgres.fill(1, entries);
        var script = script(entries);
        String asked =
            "http://127.0.0.1:" + service.port() + "/api/v1/domains/capulet.lit/trusted/";
        String constant = "http://127.0.0.1:" + service.port() + "/api/v1/me";
        wrk(asked, script, bench.seconds() * 2);
        wrk(constant, script(0), bench.seconds());
        Report.say("trusted: warm, %.0f MiB", program.residentMib());
        List<Double> ours = new ArrayList<>();
        List<Double> reference = new ArrayList<>();
        for (int run = 1; run <= bench.runs(); run++) {
          reference.add(wrk(constant, script(0), bench.seconds()));
          ours.add(wrk(asked, script, bench.seconds()));
          Report.say(
              "trusted, %,d entries, run %d: %.0f/s, constant %.0f/s",
              entries, run, ours.get(run - 1), reference.get(run - 1));
        }
        bench
            .report()
            .rate(
                "`trusted` look-ups, 32 connections",
                Report.format("%,d", entries),
                Figures.median(ours),
                Figures.median(reference),
                0.5);
      }
    }
  }

  /** Asks for peers by chance; for none at all, the constant answer. */
  private Path script(int entries) throws IOException {
    String login =
        "wrk.headers['Authorization'] = 'Basic "
            + java.util.Base64.getEncoder()
                .encodeToString(("gatekeeper:" + Service.PASSWORD).getBytes())
            + "'\n";
    String request =
        entries == 0
            ? ""
            : "request = function() return wrk.format(nil, wrk.path .. 'old-' .. math.random(1, "
                + entries
                + ") .. '.example') end\n";
    return Files.writeString(
        bench.folder("wrk").resolve("ask-" + entries + ".lua"), login + request);
  }

  private double wrk(String address, Path script, int seconds)
      throws IOException, InterruptedException {
    String said =
        Program.run(
            script.getParent(),
            seconds + 30,
            "wrk",
            "-t2",
            "-c32",
            "-d" + seconds + "s",
            "--timeout",
            "15s",
            "-s",
            script.toString(),
            address);
    var rate = RATE.matcher(said);
    if (!rate.find() || BAD.matcher(said).find()) {
      throw new IOException(said);
    }
    return Double.parseDouble(rate.group(1));
  }
}
