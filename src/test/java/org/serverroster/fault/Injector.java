package org.serverroster.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.serverroster.lab.RosterProcess;

/**
 * Kills, freezes, cuts off and refuses, by the seed: whom, when and how. What it has taken away it
 * brings back.
 */
final class Injector {

  private static final List<String> DATABASE_POINTS =
      Points.NAMES.stream().filter(name -> name.matches(".*(commit|lease|conclude)")).toList();
  private static final List<String> WIRE_POINTS =
      Points.NAMES.stream().filter(name -> !DATABASE_POINTS.contains(name)).toList();
  private static final List<String> SERVER_POINTS =
      Points.NAMES.stream().filter(name -> name.matches(".*(stanza|acknowledgement)")).toList();

  /** So long a moment is waited for: a start and the first work after it. */
  private static final long PATIENCE_MILLIS = 2500;

  /** A start on a busy machine. */
  private static final long START_MILLIS = 20_000;

  /** So long the disk stays full at most, until PostgreSQL has reported that. */
  private static final long FULL_MILLIS = 15_000;

  /** A digest gathers for some seconds. */
  private static final long PATIENCE_FOR_A_DIGEST_MILLIS = 8000;

  /** So long a take-over is waited for; it is a finding when none has happened by then. */
  private static final long TAKEOVER_MILLIS = 120_000;

  /** Of several instances the holder is frozen in every so many turns instead of killed. */
  private static final int FROZEN_INSTEAD = 5;

  private final Ground ground;
  private final Random random;
  private final boolean instancesOnly;
  private final Deck<Disturbance> disturbances;
  private final Map<List<String>, Deck<String>> moments = new HashMap<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private final List<Long> takeovers = new ArrayList<>();
  private int turns;
  private long killed;

  /**
   * @param instancesOnly whether nothing but instances of Server Roster is killed
   */
  Injector(Ground ground, long seed, boolean instancesOnly) {
    this.ground = ground;
    this.instancesOnly = instancesOnly;
    this.random = new Random(seed);
    this.disturbances = new Deck<>(disturbances(), random);
  }

  /** How often each thing was done. */
  Map<String, Integer> done() {
    return done;
  }

  /** How long after each kill of the holder another instance was ready, in milliseconds. */
  List<Long> takeovers() {
    return takeovers;
  }

  /** Lets some time pass, long enough now and then for everything to work again, and kills. */
  void kill() throws IOException, SQLException, InterruptedException {
    if (instancesOnly) {
      awaitHolder(30_000);
      if (!ground.awaitAllAlive()) {
        ground.findings().add("takeover", "", "an instance did not start, so it cannot stand by");
      }
      Pause.millis(300 + random.nextInt(1500));
      if (++turns % FROZEN_INSTEAD == 0) {
        freezeHolder();
        return;
      }
      RosterProcess holder = ground.holder();
      List<RosterProcess> live = ground.instances().stream().filter(ground::isLive).toList();
      strike("server-roster", Points.NAMES, this::killInstance);
      awaitTakeover(holder, live);
      revive();
      return;
    }
    ground.supervise();
    if (random.nextInt(5) < 2) {
      awaitHolder(6000);
    }
    Pause.millis(50 + random.nextInt(400));
    if (random.nextBoolean()) {
      disturb();
    }
    int dice = random.nextInt(100);
    if (dice < 45 || (dice >= 70 && ground.isEmbedded())) {
      strike("server-roster", ground.isEmbedded() ? WIRE_POINTS : Points.NAMES, this::killInstance);
      revive();
    } else if (dice < 70) {
      strike("xmpp-server", SERVER_POINTS, ground.server()::kill9);
      Pause.millis(random.nextInt(300));
      ground.server().start();
    } else {
      strike("postgresql", DATABASE_POINTS, ground.database()::kill9);
      Pause.millis(random.nextInt(300));
      ground.database().start();
    }
  }

  /** Waits until an instance is ready, if that does not take too long. */
  private void awaitHolder(long patienceMillis) throws IOException {
    long end = System.nanoTime() + patienceMillis * 1_000_000;
    while (System.nanoTime() < end && ground.holder() == null) {
      ground.supervise();
      Pause.millis(40);
    }
  }

  /**
   * Waits until another instance that stood by is ready; the killed one is not started meanwhile.
   *
   * @param holder who was ready before the kill, null for none
   * @param live who answered before the kill
   */
  private void awaitTakeover(RosterProcess holder, List<RosterProcess> live) {
    List<RosterProcess> standby = live.stream().filter(each -> each != victim).toList();
    if (standby.isEmpty()) {
      return;
    }
    while (System.nanoTime() - killed < TAKEOVER_MILLIS * 1_000_000) {
      RosterProcess next = ground.holder();
      if (next != null && standby.contains(next)) {
        if (holder == victim) {
          takeovers.add((System.nanoTime() - killed) / 1_000_000);
        }
        return;
      }
      Pause.millis(40);
    }
    ground
        .findings()
        .add(
            "takeover",
            "",
            "no instance that stood by was ready in %d ms".formatted(TAKEOVER_MILLIS));
  }

  /** Does something that nobody dies of, or not at once. */
  void disturb() throws IOException, SQLException {
    disturbances.next().happen();
  }

  /** What can be done here; what is more than once comes more often. */
  private List<Disturbance> disturbances() {
    List<Disturbance> all = new ArrayList<>();
    all.add(() -> freeze("server-roster", this::freezeInstance, this::thawInstances));
    all.add(() -> freeze("xmpp-server", ground.server()::freeze, ground.server()::thaw));
    all.add(this::resetStream);
    all.addAll(List.of(this::beUnhelpful, this::beUnhelpful));
    all.addAll(List.of(this::stopInstance, this::stopInstance));
    if (ground.events() != null) {
      all.add(this::takeEventsBadly);
    }
    if (!ground.isEmbedded()) {
      all.add(() -> freeze("postgresql", ground.database()::freeze, ground.database()::thaw));
      all.add(this::refuseDatabase);
      all.add(this::useUpConnections);
      all.add(this::holdLocks);
      all.add(this::endBackends);
      all.addAll(List.of(this::serialise, this::serialise));
    }
    if (ground.disk() != null) {
      all.addAll(List.of(this::fillDisk, this::fillDisk));
    }
    return all;
  }

  private interface Disturbance {
    void happen() throws IOException, SQLException;
  }

  private interface Act {
    void run() throws IOException;
  }

  /** At one of these moments, or at a random one when it does not come. */
  private void strike(String victim, List<String> points, Runnable kill)
      throws IOException, InterruptedException {
    if (random.nextInt(3) > 0) {
      if (ground.isEmbedded()) {
        awaitHolder(START_MILLIS); // no database on a wire has a moment while the service starts
      }
      String point = moments.computeIfAbsent(points, each -> new Deck<>(each, random)).next();
      int nth = 1 + random.nextInt(3);
      boolean ofDigest = point.endsWith("digest");
      if (ground
          .points()
          .strike(
              point,
              ofDigest || ground.isEmbedded() ? 1 : nth,
              ofDigest && !ground.isEmbedded() ? PATIENCE_FOR_A_DIGEST_MILLIS : PATIENCE_MILLIS,
              kill)) {
        note("kill " + victim + " " + point);
        return;
      }
    }
    note("kill " + victim + " at random");
    kill.run();
  }

  private RosterProcess victim;

  private void killInstance() {
    List<RosterProcess> alive = ground.instances().stream().filter(RosterProcess::isAlive).toList();
    if (alive.isEmpty()) {
      return;
    }
    RosterProcess holder = alive.size() == 1 ? alive.get(0) : ground.holder();
    victim = holder != null ? holder : alive.get(random.nextInt(alive.size()));
    killed = System.nanoTime();
    victim.kill9();
  }

  /**
   * Starts what was killed; an instance that is alone finds the leases of its predecessor over. An
   * embedded database is left now and then as the kill has left it: to look into it mends it.
   */
  private void revive() throws IOException, SQLException {
    if (ground.canBeAsked() && !(ground.isEmbedded() && random.nextBoolean())) {
      ground.hurry();
    }
    for (RosterProcess instance : ground.instances()) {
      if (!instance.isAlive()) {
        instance.launch();
      }
    }
  }

  /** An orderly stop in the middle of everything, as with each deployment. */
  private void stopInstance() throws IOException, SQLException {
    note("stop server-roster");
    ground.stopAll();
    revive();
  }

  private void resetStream() {
    note("reset the component stream");
    ground.stream().reset();
  }

  private void freezeInstance() throws IOException {
    for (RosterProcess instance : ground.instances()) {
      if (instance.isAlive()) {
        instance.freeze();
      }
    }
  }

  private void thawInstances() throws IOException {
    for (RosterProcess instance : ground.instances()) {
      if (instance.isAlive()) {
        instance.thaw();
      }
    }
  }

  /** Longer than the lease of a stanza, so that another one may take what this one was about to. */
  private void freezeHolder() throws IOException {
    RosterProcess holder = ground.holder();
    if (holder == null) {
      return;
    }
    note("freeze server-roster beyond its leases");
    holder.freeze();
    Pause.millis(26_000 + random.nextInt(8_000));
    holder.thaw();
  }

  private void freeze(String whom, Act freeze, Act thaw) throws IOException {
    note("freeze " + whom);
    freeze.run();
    boolean beyondTimeLimits = random.nextInt(5) == 0;
    Pause.millis(beyondTimeLimits ? 12_000 + random.nextInt(8_000) : 300 + random.nextInt(1700));
    thaw.run();
  }

  private void beUnhelpful() throws IOException {
    ground.mail().be(mood("smtp", MailSink.Mood.values()));
    Pause.millis(500 + random.nextInt(1500));
    ground.mail().be(MailSink.Mood.FINE);
  }

  private void takeEventsBadly() {
    ground.events().be(mood("events", EventSink.Mood.values()));
    Pause.millis(500 + random.nextInt(1500));
    ground.events().be(EventSink.Mood.FINE);
  }

  /** Any but the first, which is the good one. */
  private <M extends Enum<M>> M mood(String whose, M[] moods) {
    M mood = moods[1 + random.nextInt(moods.length - 1)];
    note(whose + " " + mood.name().toLowerCase(Locale.ROOT));
    return mood;
  }

  /**
   * The database's administrator has chosen another isolation for a while, so transactions that
   * meet are ended by the database with serialization failures (40001), which the history counts.
   */
  private void serialise() throws SQLException {
    note("the database serializes transactions");
    String role = "alter role " + PostgresqlLedger.USER;
    ground.ledger().run(role + " set default_transaction_isolation = 'serializable'");
    try {
      ground.sql().reset();
      Pause.millis(1500 + random.nextInt(2500));
    } finally {
      ground.ledger().run(role + " reset default_transaction_isolation");
      ground.sql().reset();
    }
  }

  private void refuseDatabase() {
    note("the database refuses connections");
    ground.sql().refuse(true);
    ground.sql().reset();
    Pause.millis(300 + random.nextInt(1500));
    ground.sql().refuse(false);
  }

  private void useUpConnections() {
    note("the database has no connection left");
    List<Connection> all = new ArrayList<>();
    try {
      while (all.size() < 60) {
        all.add(ground.database().connect(PostgresqlLedger.DATABASE, PostgresqlLedger.USER));
        if (all.size() == 10) {
          ground.sql().reset();
        }
      }
    } catch (SQLException none) {
      ground.sql().reset();
    }
    Pause.millis(300 + random.nextInt(1500));
    for (Connection connection : all) {
      try {
        connection.close();
      } catch (SQLException e) {
        // the database was killed meanwhile
      }
    }
  }

  /** Locks that end in a deadlock with whoever keeps a change, or only take their time. */
  private void holdLocks() {
    note("locks in the database");
    try (Connection connection = ground.ledger().connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("lock table audit_entry in share row exclusive mode");
      Pause.millis(200 + random.nextInt(400));
      statement.execute("lock table peer in share row exclusive mode");
      Pause.millis(random.nextInt(600));
      connection.rollback();
    } catch (SQLException chosenAsVictim) {
      // then the other one was not
    }
  }

  private void endBackends() {
    note("backends are ended by the database's administrator");
    try {
      ground
          .ledger()
          .run(
              "select pg_terminate_backend(pid) from pg_stat_activity where usename = '"
                  + PostgresqlLedger.USER
                  + "'");
    } catch (SQLException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private void fillDisk() throws IOException {
    note("the database's disk is full");
    long before = diskFailures();
    ground.disk().fill();
    long end = System.nanoTime() + FULL_MILLIS * 1_000_000;
    while (!ground.isEmbedded() && diskFailures() == before && System.nanoTime() < end) {
      Pause.millis(50);
    }
    Pause.millis(500 + random.nextInt(2000));
    ground.disk().free();
    if (!ground.isEmbedded() && !ground.database().isAlive()) {
      note("PostgreSQL died of the full disk");
      ground.database().start();
    }
  }

  private long diskFailures() {
    return ground.history().events().stream()
        .filter(event -> event.is(Event.DISK_FULL) || event.is(Event.PANICKED))
        .count();
  }

  private void note(String fault) {
    done.merge(fault, 1, Integer::sum);
    ground.history().note(Event.FAULT, "fault", fault);
  }
}
