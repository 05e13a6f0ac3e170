package org.serverroster.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Ejabberd;
import org.serverroster.lab.HostServer;
import org.serverroster.lab.Lab;
import org.serverroster.lab.PostgresServer;
import org.serverroster.lab.Prosody;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmallDisk;
import org.serverroster.lab.Visitor;

/**
 * Where a run takes place: one or more instances of the packaged application, PostgreSQL, an XMPP
 * server with our shim and an SMTP server, with a {@link Gate} in front of each of the first two.
 *
 * <p>The peers are components of the same server: the stanzas come to the shim from the same hook
 * as those of other servers, and a killed server is back for them as soon as it runs. Over s2s each
 * kill would cost seconds to minutes, in which the other server does not try again; real s2s under
 * kills is the matter of CrashIT.
 */
final class Ground implements AutoCloseable {

  /** Which XMPP server there is. */
  enum Kind {
    /** Lets one stream of a component in. */
    PROSODY,
    /** Lets several in, and gives each a share of the stanzas. */
    EJABBERD
  }

  /** How mails reach an administrator. */
  enum Mails {
    /** One by one. */
    SINGLE(1_000_000),
    /** Some one by one, and the rest in digests. */
    MOSTLY_IN_DIGESTS(20);

    private final int perHour;

    Mails(int perHour) {
      this.perHour = perHour;
    }
  }

  /** Which database there is. */
  enum Store {
    /** Beside the service, for any number of instances. */
    POSTGRESQL,
    /** Embedded in the one instance that there is. */
    H2
  }

  static final List<String> ADMINISTRATORS = List.of("juliet@capulet.lit", "nurse@capulet.lit");
  static final List<String> PEERS =
      IntStream.range(0, 8).mapToObj("peer%d.lit"::formatted).toList();

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Leases end within two minutes. */
  private static final Duration PATIENCE_WITHOUT_RESTART = Duration.ofMinutes(4);

  private static final Duration HURRY_EACH = Duration.ofSeconds(5);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
  private static final Duration SEALED_WITHIN = Duration.ofSeconds(30);
  private static final int TURNS = 20;
  private static final int TURN_MILLIS = 8000;

  private final Path folder;
  private final History history;
  private final Points points = new Points();
  private final Dns dns;
  private final SmallDisk disk;
  private final Store store;
  private final PostgresServer database;
  private final Ledger ledger;
  private final HostServer server;
  private final MailSink mail;
  private final EventSink events;
  private final Gate sql;
  private final Gate stream;
  private final List<RosterProcess> instances = new CopyOnWriteArrayList<>();
  private final Map<RosterProcess, Visitor> visitors = new HashMap<>();
  private final Findings findings = new Findings();

  /**
   * @param count how many instances of Server Roster
   * @param smallDisk whether the database is to have a disk that can be filled
   * @param kind which XMPP server
   * @param store which database
   * @param mails how administrators get them
   */
  Ground(
      Path folder,
      int count,
      boolean smallDisk,
      Kind kind,
      Store store,
      Mails mails,
      History history)
      throws IOException {
    if (store == Store.H2 && count != 1) {
      throw new IllegalArgumentException("the embedded database is that of one instance");
    }
    this.folder = folder;
    this.history = history;
    this.store = store;
    dns = Dns.start();
    disk = smallDisk ? SmallDisk.at(dataOf(folder, store)) : null;
    if (smallDisk && disk == null) {
      history.note(
          Event.FAULT, "fault", "left out: no small disk can be mounted, so none is filled");
    }
    if (store == Store.H2) {
      database = null;
      ledger = new H2Ledger(dataOf(folder, store).resolve("server-roster"));
    } else {
      database =
          PostgresServer.in(dataOf(folder, store))
              .set("max_connections", "40")
              .set("max_wal_size", "64MB")
              .set("min_wal_size", "32MB");
      ledger = new PostgresqlLedger(database);
    }
    mail = new MailSink(history, points);
    server =
        kind == Kind.PROSODY
            ? Prosody.in(folder.resolve("prosody"), dns).logLevel("info")
            : Ejabberd.in(folder.resolve("ejabberd"), dns);
    server
        .rosterHost(Lab.HOST, Lab.COMPONENT, Map.of("timeout", "2", "retry_max", "1"))
        .component(Lab.COMPONENT, Lab.SECRET);
    PEERS.forEach(peer -> server.component(peer, Lab.SECRET));
    events = EventSink.isWanted() ? new EventSink(history, points) : null;
    sql = database == null ? null : new Gate(database.address(), () -> new SqlEar(history, points));
    stream = new Gate(server.components(), () -> new StreamEar(history, points));
    for (int i = 0; i < count; i++) {
      instances.add(instance(folder.resolve("server-roster-" + i), mails));
    }
    instances.forEach(instance -> visitors.put(instance, instance.visitor()));
  }

  /** Where the data of the database are: what is below is gone when its disk is taken away. */
  static Path dataOf(Path folder, Store store) {
    return store == Store.H2
        ? folder.resolve("server-roster-0").resolve("data")
        : folder.resolve("postgresql");
  }

  private RosterProcess instance(Path place, Mails mails) throws IOException {
    RosterProcess instance =
        RosterProcess.in(place)
            .attachedTo(stream.address(), mail.port(), ADMINISTRATORS.toArray(String[]::new))
            .set("roster.events.uri", events == null ? null : events.uri())
            .set("roster.notify.uri", events == null ? null : events.notices())
            .set("roster.denial.quiet-period", "PT2S")
            .set("roster.limits.pending-requests", "1000000")
            .set("roster.limits.requests-per-day", "1000000")
            .set("roster.limits.requests-per-peer", "1000000")
            .set("roster.limits.mails-per-hour", Integer.toString(mails.perHour))
            .set("roster.limits.digest-every", "PT3S")
            .jvm("-Xmx256m");
    return database == null
        ? instance
        : instance.keptIn(
            PostgresServer.url(sql.address(), PostgresqlLedger.DATABASE) + "?sslmode=disable",
            PostgresqlLedger.USER,
            "none");
  }

  /**
   * Starts an instance again that has ended by itself, as whatever supervises services does: one
   * whose database goes away in the middle of its start gives up.
   */
  void supervise() {
    for (RosterProcess instance : instances) {
      if (!instance.isAlive()) {
        history.note(Event.FAULT, "fault", "an instance had ended by itself");
        try {
          instance.launch();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Waits until each instance answers, holder or standby; false when one does not in time. */
  boolean awaitAllAlive() {
    return await(() -> instances.stream().allMatch(this::isLive));
  }

  /** Whether it answers. */
  boolean isLive(RosterProcess instance) {
    return instance.isAlive() && visitors.get(instance).health("live") == 200;
  }

  /** Stops every instance in good order; one that takes too long is a finding. */
  void stopAll() {
    for (RosterProcess instance : instances) {
      if (!instance.isAlive()) {
        continue;
      }
      try {
        Duration took = instance.awaitStop();
        if (took.compareTo(STOP_WITHIN) > 0) {
          findings.add("stop", "", "an orderly stop took " + took);
        }
      } catch (IOException late) {
        findings.add("stop", "", "an orderly stop did not end: " + late.getMessage());
        instance.kill9();
      }
    }
  }

  /** What went wrong apart from what the checker sees. */
  Findings findings() {
    return findings;
  }

  /** Starts everything; returns when an instance is ready and every change is watched. */
  Ground start() throws IOException, SQLException {
    startFirst();
    for (RosterProcess instance : instances.subList(1, instances.size())) {
      instance.launch();
    }
    return this;
  }

  /** Starts everything and the first instance only. */
  Ground startFirst() throws IOException, SQLException {
    if (ledger instanceof PostgresqlLedger postgresql) {
      database.start();
      postgresql.create();
    }
    server.start();
    instances.get(0).start();
    if (isEmbedded()) {
      stopAll();
      ledger.watch();
      instances.get(0).start();
    } else {
      ledger.watch();
    }
    return this;
  }

  /** An instance that was stopped for good. */
  void retire(RosterProcess instance) {
    instances.remove(instance);
  }

  Path folder() {
    return folder;
  }

  History history() {
    return history;
  }

  Points points() {
    return points;
  }

  /** Whether the database is in the service: then nobody can look into it while that runs. */
  boolean isEmbedded() {
    return store == Store.H2;
  }

  /** Null when the database is in the service. */
  PostgresServer database() {
    return database;
  }

  /** Whether whoever keeps the ledger can be asked. */
  boolean canBeAsked() {
    return isEmbedded() ? noneIsAlive() : database.isAlive();
  }

  Ledger ledger() {
    return ledger;
  }

  HostServer server() {
    return server;
  }

  MailSink mail() {
    return mail;
  }

  /** Where events go; null while the program has none. */
  EventSink events() {
    return events;
  }

  /** Null when the database is in the service. */
  Gate sql() {
    return sql;
  }

  Gate stream() {
    return stream;
  }

  /** The disk of the database, null when it is the machine's. */
  SmallDisk disk() {
    return disk;
  }

  List<RosterProcess> instances() {
    return instances;
  }

  /** The instance that is ready, which is the one that holds the stream; null when none is. */
  RosterProcess holder() {
    return instances.stream()
        .filter(each -> each.isAlive() && visitors.get(each).health("ready") == 200)
        .findFirst()
        .orElse(null);
  }

  /**
   * Lets the leases of instances that are dead be over, as two minutes of waiting would; and the
   * rows that wait to be tried again be due.
   */
  void hurry() throws SQLException {
    if (noneIsAlive()) {
      ledger.run("update outbox set leased_until = null where leased_until is not null");
    }
    hurryBackOffs();
  }

  private void hurryBackOffs() throws SQLException {
    ledger.run("update outbox set next_at = now() where next_at > now() and leased_until is null");
  }

  /**
   * Waits until nothing is under way any more, with everything working. One that gives up
   * meanwhile, because the database is still recovering from its last end, is started again.
   *
   * @return what did not come about in time, empty when all is at rest
   */
  List<Finding> settle() throws IOException, SQLException {
    if (!awaitHolder()) {
      return List.of(new Finding("stuck", "", "no instance was ready after the last fault"));
    }
    if (!isEmbedded()) {
      if (restsWithoutRestart()) {
        return List.of();
      }
      findings.add(
          "stuck",
          "",
          "not everything had left in %s, so there was a restart; rows %d, at the server %d"
              .formatted(PATIENCE_WITHOUT_RESTART, waiting(), journaled()));
    }
    stopAll();
    hurry();
    for (RosterProcess instance : instances) {
      instance.launch();
    }
    if (!awaitHolder()) {
      return List.of(new Finding("stuck", "", "no instance was ready after a restart in peace"));
    }
    boolean rests;
    if (isEmbedded()) {
      rests = leavesBetweenLooks();
    } else {
      hurry();
      rests = await(this::isAtRest);
    }
    return rests ? List.of() : List.of(new Finding("stuck", "", "not everything had left in time"));
  }

  /** Back-offs are cut short, leases are left to end by themselves. */
  private boolean restsWithoutRestart() throws SQLException {
    long end = System.nanoTime() + PATIENCE_WITHOUT_RESTART.toNanos();
    while (System.nanoTime() < end) {
      supervise();
      hurryBackOffs();
      if (await(this::isAtRest, HURRY_EACH)) {
        return true;
      }
    }
    return false;
  }

  private boolean noneIsAlive() {
    return instances.stream().noneMatch(RosterProcess::isAlive);
  }

  /** The service is stopped now and then, for a look at what still waits. */
  private boolean leavesBetweenLooks() throws IOException, SQLException {
    for (int turn = 0; turn < TURNS; turn++) {
      boolean taken = await(() -> journaled() == 0);
      Pause.millis(TURN_MILLIS);
      stopAll();
      boolean empty = waiting() == 0;
      hurry();
      for (RosterProcess instance : instances) {
        instance.launch();
      }
      if (!awaitHolder()) {
        return false;
      }
      if (taken && empty) {
        return true;
      }
    }
    return false;
  }

  private boolean awaitHolder() {
    return await(
        () -> {
          supervise();
          return holder() != null;
        });
  }

  /** What everybody has kept; where the database is in the service, that has ended then. */
  Books books() throws IOException, SQLException {
    Map<String, String> chain = auditChain();
    if (isEmbedded()) {
      stopAll();
    }
    return ledger.read(journaled(), chain, events != null);
  }

  @Override
  public void close() throws IOException {
    for (RosterProcess instance : instances) {
      if (instance.isAlive()) {
        instance.kill9();
      }
    }
    server.close();
    stream.close();
    if (database != null) {
      database.close();
      sql.close();
    }
    mail.close();
    if (events != null) {
      events.close();
    }
    dns.close();
    if (disk != null) {
      disk.close();
    }
  }

  /** Whether nothing is under way, here or at the server. */
  boolean isAtRest() {
    return journaled() == 0 && waiting() == 0;
  }

  /** How many rows are in the outbox, -1 when nobody can say. */
  long waiting() {
    try {
      return ledger.number("select count(*) from outbox");
    } catch (SQLException e) {
      return -1;
    }
  }

  private long journaled() {
    if (!(server instanceof Prosody prosody)) {
      return Arrival.of(history.events()).values().stream()
          .flatMap(List::stream)
          .filter(arrival -> !arrival.wasTaken())
          .count();
    }
    Path journal = prosody.data(Lab.HOST).resolve("server_roster.journal");
    try (Stream<String> lines = Files.lines(journal)) {
      return lines.mapToInt(line -> line.startsWith("+") ? 1 : -1).sum();
    } catch (IOException e) {
      return -1;
    }
  }

  /** The same when every entry is sealed, or will not be in time. */
  private Map<String, String> auditChain() throws IOException {
    long end = System.nanoTime() + SEALED_WITHIN.toNanos();
    Map<String, String> chain = chainNow();
    while (System.nanoTime() < end && (chain == null || !"0".equals(chain.get("unsealed")))) {
      Pause.millis(200);
      chain = chainNow();
    }
    return chain;
  }

  /** What the service says about its trail, null when none is there to be asked. */
  private Map<String, String> chainNow() throws IOException {
    RosterProcess holder = holder();
    if (holder == null) {
      return null; // which is a finding already
    }
    HttpResponse<String> answer = holder.visitor().read("/api/v1/audit/verify");
    if (answer.statusCode() != 200) {
      return Map.of("valid", "not said", "says", answer.statusCode() + " " + answer.body());
    }
    JsonNode says = new ObjectMapper().readTree(answer.body());
    return Map.of(
        "valid",
        says.path("valid").asText(),
        "entries",
        says.path("entries").asText(),
        "unsealed",
        says.path("unsealed").asText(),
        "says",
        answer.body());
  }

  private static boolean await(BooleanSupplier condition) {
    return await(condition, PATIENCE);
  }

  private static boolean await(BooleanSupplier condition, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Pause.millis(50);
    }
    return true;
  }
}
