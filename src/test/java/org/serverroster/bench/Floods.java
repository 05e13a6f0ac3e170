package org.serverroster.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What strangers can do by sheer number ({@code bin/flood-test}): each flood comes over the real
 * component stream or HTTP, to the packaged service with 128 MiB of heap and its default limits,
 * while another peer goes on asking. A row for each says how long that one waited, what the memory
 * did, and what is left in tables and mailbox.
 */
public final class Floods {

  private static final int CONNECTIONS = 1_000;
  private static final int OVERSIZED = 10;
  private static final Pattern PENDING = Pattern.compile("\"none\\+pending-in\":(\\d+)");

  /** After so many nanoseconds a stanza that has no answer is handed over again. */
  private static final long PATIENCE_OF_A_SHIM = 2_000_000_000L;

  private final Path folder;
  private final int part;
  private final Path table;
  private final Map<String, Asked> asked = new ConcurrentHashMap<>();
  private final List<Double> waited = new ArrayList<>();
  private final AtomicInteger number = new AtomicInteger();
  private ServerSide server;
  private Service service;
  private Program program;
  private boolean good = true;
  private GreenMail smtp;

  private Floods(Path folder, int part) {
    this.folder = folder;
    this.part = part;
    this.table = folder.resolve("floods.md");
  }

  /**
   * @param arguments a folder to work in, then optionally {@code --part N}: an N-th of each flood
   */
  public static void main(String[] arguments) throws Exception {
    int part = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
    Floods floods = new Floods(Path.of(arguments[0]), part);
    floods.run();
    System.exit(floods.good ? 0 : 1);
  }

  /**
   * A hand-over that has no answer yet.
   *
   * @param since when it was said first, in nanoseconds
   * @param said when it was said last
   */
  private record Asked(String handover, long since, long said) {}

  private interface Flood {
    void run() throws Exception;
  }

  private void run() throws Exception {
    smtp = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    smtp.start();
    server = ServerSide.start();
    server.onSent(this::heard);
    service =
        new Service(folder.resolve("service"), server.address(), smtp.getSmtp().getPort())
            .set("roster.limits.pending-requests", "5000")
            .set("roster.limits.requests-per-day", "20000")
            .jvm("-Xmx128m");
    line(
        "| flood | how many | lasted | another peer's hand-over, p50 / p99 | memory (RSS) before, after |");
    line("|---|---|---|---|---|");
    try {
      program = service.start();
      server.awaitComponent();
      flood(
          "warm-up, then nothing",
          2_000,
          () -> handOver(2_000, n -> presence("warm.lit", "probe")));
      flood(
          "one peer repeats `subscribe`",
          1_000_000 / part,
          () -> handOver(1_000_000 / part, n -> presence("again.lit", "subscribe")));
      flood(
          "probes of strangers",
          200_000 / part,
          () -> handOver(200_000 / part, n -> presence("probe-" + n + ".lit", "probe")));
      flood("stanzas of 1 MB, which are let in", 300 / part, this::large);
      flood("HTTP connections, a byte each every 250 ms", CONNECTIONS, this::dribbleOverHttp);
      flood("stanzas of 5 MB, each of which ends the stream", OVERSIZED, this::oversized);
      flood("a stanza, a byte every 5 ms", 4_000 / part, this::dribble);
      flood("guessed links", 10_000 / part, this::guesses);
      flood("page loads, 1,000 at a time", 5_000 / part, this::pages);
      flood(
          "distinct peers, `subscribe` once each",
          100_000 / part,
          () -> handOver(100_000 / part, n -> presence("flood-" + n + ".lit", "subscribe")));
      double settled = program.residentMib();
      flood(
          "one peer repeats `subscribe`, once more",
          200_000 / part,
          () -> handOver(200_000 / part, n -> presence("again.lit", "subscribe")));
      flood(
          "probes of strangers, once more",
          200_000 / part,
          () -> handOver(200_000 / part, n -> presence("probe-" + n + ".lit", "probe")));
      hold(
          "memory grew from %.0f to %.0f MiB".formatted(settled, program.residentMib()),
          program.residentMib() < settled * 1.1);
      line("");
      line("Peers afterwards by state: `" + get("/api/v1/domains").body() + "`");
      line("Mails to the one administrator: " + smtp.getReceivedMessages().length);
      hold(
          "mails: " + smtp.getReceivedMessages().length,
          smtp.getReceivedMessages().length <= 2 * 252);
      hold("requests that were left: " + open(), open() <= 5_000 + 16);
      line("Ready: " + get("/q/health/ready").statusCode());
      hold("not ready", get("/q/health/ready").statusCode() == 200);
    } finally {
      if (program != null) {
        program.close();
      }
      server.close();
      smtp.stop();
    }
  }

  private void flood(String name, int count, Flood flood) throws Exception {
    synchronized (waited) {
      waited.clear();
    }
    double before = program.residentMib();
    ScheduledExecutorService other = Executors.newSingleThreadScheduledExecutor();
    other.scheduleAtFixedRate(this::askAsAnother, 0, 100, TimeUnit.MILLISECONDS);
    long begun = System.nanoTime();
    try {
      flood.run();
    } finally {
      other.shutdownNow();
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    line(
        String.format(
            Locale.ROOT,
            "| %s | %,d | %.1f s | %s | %.0f, %.0f MiB |",
            name,
            count,
            seconds,
            waits(),
            before,
            program.residentMib()));
  }

  /** Another peer withdraws and asks: a change each time, so all of the way to the disk. */
  private void askAsAnother() {
    int n = number.getAndIncrement();
    String id = "other-" + n;
    String handover =
        "<iq type='set' from='capulet.lit' to='roster.capulet.lit' id='"
            + id
            + "'><handover xmlns='urn:server-roster:handover:0'>"
            + presence("other-" + n / 40 + ".example", n % 2 == 0 ? "subscribe" : "unsubscribe")
            + "</handover></iq>";
    long now = System.nanoTime();
    asked.put(id, new Asked(handover, now, now));
    asked.forEach(
        (each, one) -> {
          if (each.equals(id) || now - one.said() > PATIENCE_OF_A_SHIM) {
            asked.replace(each, one, new Asked(one.handover(), one.since(), now));
            say(one.handover());
          }
        });
  }

  private void say(String handover) {
    try {
      server.say(handover);
    } catch (IOException e) {
      // the stream is just being made anew: it is said again
    }
  }

  private void heard(String stanza) {
    Asked answered = asked.remove(ServerSide.attribute(stanza, "id"));
    if (answered != null) {
      synchronized (waited) {
        waited.add((System.nanoTime() - answered.since()) / 1e6);
      }
    }
  }

  private String waits() {
    synchronized (waited) {
      List<Double> sorted = waited.stream().sorted().toList();
      return sorted.isEmpty()
          ? "-"
          : String.format(
              Locale.ROOT,
              "%.1f / %.0f ms (%d)",
              sorted.get(sorted.size() / 2),
              sorted.get((sorted.size() - 1) * 99 / 100),
              sorted.size());
    }
  }

  private void handOver(int count, IntFunction<String> stanza) throws Exception {
    server.handOver(count, stanza, 1_200);
  }

  private static String presence(String from, String type) {
    return "<presence xmlns='jabber:client' from='"
        + from
        + "' to='capulet.lit' type='"
        + type
        + "'/>";
  }

  private void large() throws IOException {
    for (int i = 0; i < 300 / part; i++) {
      server.say(presenceOf(1_000_000));
    }
  }

  /** Over the limit: the component ends the stream, and makes a new one after its back-off. */
  private void oversized() throws Exception {
    for (int i = 0; i < OVERSIZED; i++) {
      LockSupport.parkNanos(4_000_000_000L); // the pace of the flood: others come to their turn
      int before = server.streams();
      try {
        server.say(presenceOf(5_000_000));
      } catch (IOException ended) {
        // before all of it was written
      }
      long end = System.nanoTime() + 60_000_000_000L;
      while (server.streams() == before) {
        if (System.nanoTime() > end) {
          throw new IOException("no new stream after an oversized stanza");
        }
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  private static String presenceOf(int bytes) {
    return "<presence from='large.lit' to='roster.capulet.lit' type='subscribe'><status>"
        + "x".repeat(bytes)
        + "</status></presence>";
  }

  /** Requests that never come to their end. */
  private void dribbleOverHttp() throws IOException {
    List<Socket> all = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        Socket socket = new Socket("127.0.0.1", service.port());
        all.add(socket);
        socket.getOutputStream().write("GET / HTTP/1.1\r\nX-Slow: ".getBytes(US_ASCII));
      }
      int lost = 0;
      for (int turn = 0; turn < 120 / part; turn++) {
        for (Socket socket : all) {
          try {
            socket.getOutputStream().write('z');
          } catch (IOException closed) {
            lost++;
          }
        }
        LockSupport.parkNanos(250_000_000); // the pace of the flood
      }
      System.err.println("bytes that a closed connection did not take: " + lost);
    } finally {
      for (Socket socket : all) {
        socket.close();
      }
    }
  }

  private void dribble() throws IOException {
    String stanza =
        "<message from='slow.lit' to='roster.capulet.lit'><body>"
            + "y".repeat(4_000 / part)
            + "</body></message>";
    // Nobody else can speak on this stream meanwhile: whoever dribbles is our own server.
    synchronized (server) {
      for (char letter : stanza.toCharArray()) {
        server.say(String.valueOf(letter));
        LockSupport.parkNanos(5_000_000); // the pace of the flood
      }
    }
  }

  private void guesses() throws Exception {
    parallel(
        10_000 / part,
        32,
        404,
        n ->
            "/approval/"
                + String.format("%016x", ThreadLocalRandom.current().nextLong())
                    .repeat(3)
                    .substring(0, 43)
                + "?decision=approve");
  }

  private void pages() throws Exception {
    parallel(5_000 / part, 1_000, 200, n -> "/");
  }

  /** So many requests, so many of them at a time. */
  private void parallel(int count, int atATime, int expected, IntFunction<String> path)
      throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    for (int done = 0; done < count; done += atATime) {
      List<CompletableFuture<?>> round = new ArrayList<>();
      for (int i = 0; i < Math.min(atATime, count - done); i++) {
        round.add(
            client
                .sendAsync(request(path.apply(done + i)), HttpResponse.BodyHandlers.discarding())
                .handle(
                    (answer, failure) ->
                        statuses.merge(answer == null ? 0 : answer.statusCode(), 1, Integer::sum)));
      }
      CompletableFuture.allOf(round.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
    }
    System.err.println("answers by status: " + statuses);
    hold("answers by status: " + statuses, statuses.keySet().equals(Set.of(expected)));
  }

  /** The run goes on, and says at its end that it was not good. */
  private void hold(String what, boolean holds) {
    if (!holds) {
      System.err.println("NOT GOOD: " + what);
      good = false;
    }
  }

  /** How many requests of strangers wait. */
  private int open() throws IOException, InterruptedException {
    Matcher pending = PENDING.matcher(get("/api/v1/domains").body());
    int sum = 0;
    while (pending.find()) {
      sum += Integer.parseInt(pending.group(1));
    }
    return sum;
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
        .timeout(Duration.ofSeconds(60))
        .header("Authorization", Service.login())
        .build();
  }

  private void line(String text) throws IOException {
    System.out.println(text);
    Files.writeString(table, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
