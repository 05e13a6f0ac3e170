package org.serverroster.fault;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.serverroster.lab.SmallDisk;

/**
 * A part of a run that ends by itself: fresh ground, so many kills, peace, and the check.
 *
 * @param kills how many processes were killed
 * @param faults how often each fault was done
 * @param figures what else there is to count
 * @param takeovers how long after each kill of the holder another instance was ready, in
 *     milliseconds
 * @param millis how long it took until peace was asked for
 * @param findings the promises that were not kept
 */
record Slice(
    int kills,
    Map<String, Integer> faults,
    Map<String, Long> figures,
    List<Long> takeovers,
    long millis,
    List<String> findings) {

  /** How many decisions were taken by the link of a mail. */
  static final String BY_LINK = "orders done by link";

  /** How many digests the SMTP server has taken. */
  static final String DIGESTS = "digests";

  /** How long several instances work side by side before anything is broken ({@link CalmRules}). */
  private static final Duration CALM = Duration.ofSeconds(8);

  /**
   * What is to be done.
   *
   * @param smallDisk whether the database has a disk that is filled now and then
   * @param instancesOnly whether nothing but instances of Server Roster is killed
   * @param mails how many an administrator gets before the rest comes in digests, whose links
   *     nobody presses
   */
  record Plan(
      long seed,
      int kills,
      int instances,
      boolean smallDisk,
      Ground.Kind server,
      Ground.Store store,
      boolean instancesOnly,
      Ground.Mails mails) {

    /** One instance on Prosody. */
    static Plan of(long seed, int kills, Ground.Store store, Ground.Mails mails) {
      return new Plan(seed, kills, 1, true, Ground.Kind.PROSODY, store, false, mails);
    }
  }

  /** Runs one. */
  static Slice run(Path folder, Plan plan) throws IOException, SQLException, InterruptedException {
    SmallDisk.unmount(Ground.dataOf(folder, plan.store()));
    try (History history = History.in(folder.resolve("history.jsonl"));
        Ground ground =
            new Ground(
                folder,
                plan.instances(),
                plan.smallDisk(),
                plan.server(),
                plan.store(),
                plan.mails(),
                history)) {
      ground.start();
      Injector injector = new Injector(ground, plan.seed(), plan.instancesOnly());
      Load load = new Load(ground, plan.seed()).start();
      if (plan.instances() > 1) {
        Pause.millis(CALM.toMillis());
      }
      history.note(Event.CALM_IS_OVER);
      long began = System.nanoTime();
      for (int kill = 0; kill < plan.kills(); kill++) {
        injector.kill();
      }
      long millis = (System.nanoTime() - began) / 1_000_000;
      load.stop();
      List<Finding> restless = ground.settle();
      Books books = ground.books();
      books.write(folder.resolve("books.json"));
      List<Event> events = history.events();
      List<Finding> findings = new ArrayList<>();
      findings.addAll(Checker.check(events, books, Ground.ADMINISTRATORS));
      findings.addAll(ground.findings().all());
      findings.addAll(restless); // what is worse is shown first
      return new Slice(
          plan.kills(),
          injector.done(),
          figures(events, books),
          injector.takeovers(),
          millis,
          findings.stream().map(Finding::toString).toList());
    }
  }

  /** What there was to check. */
  static Map<String, Long> figures(List<Event> events, Books books) {
    Map<String, Long> figures = new TreeMap<>();
    for (Event event : events) {
      if (!event.is(Event.FAULT)) {
        figures.merge(event.what(), 1L, Long::sum);
      }
      if (event.is(Event.ANSWERED) && event.get("status").startsWith("2")) {
        figures.merge("orders done", 1L, Long::sum);
      }
    }
    figures.put(
        "stanzas handed over again",
        Arrival.of(events).values().stream()
            .flatMap(List::stream)
            .mapToLong(arrival -> arrival.times() - 1)
            .sum());
    figures.put("audit entries", (long) books.audited().size());
    figures.put(
        BY_LINK,
        Order.of(events).values().stream()
            .filter(order -> order.via().equals("mail-link") && order.done())
            .count());
    figures.put(DIGESTS, events.stream().filter(MailRules::isDigest).count());
    figures.put(
        "mails repeated",
        figures.getOrDefault(Event.MAILED, 0L)
            - events.stream()
                .filter(event -> event.is(Event.MAILED))
                .map(event -> event.get("id") + event.get("to"))
                .distinct()
                .count());
    figures.put(
        "stanzas sent again",
        figures.getOrDefault(Event.SENDING, 0L)
            - events.stream()
                .filter(event -> event.is(Event.SENDING))
                .map(event -> event.get("id"))
                .distinct()
                .count());
    return figures;
  }
}
