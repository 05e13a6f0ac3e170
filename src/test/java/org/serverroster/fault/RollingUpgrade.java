package org.serverroster.fault;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.serverroster.lab.RosterProcess;

/**
 * A rolling upgrade under load: an earlier build works, this one starts beside it and migrates the
 * database, both work, the earlier one is stopped. Nothing may be lost or doubled in its effect.
 */
final class RollingUpgrade {

  private static final Duration EACH = Duration.ofSeconds(10);

  private RollingUpgrade() {}

  static List<Finding> run(Path folder, Path earlier, long seed)
      throws IOException, SQLException, InterruptedException {
    try (History history = History.in(folder.resolve("history.jsonl"));
        Ground ground =
            new Ground(
                folder,
                2,
                false,
                Ground.Kind.PROSODY,
                Ground.Store.POSTGRESQL,
                Ground.Mails.SINGLE,
                history)) {
      RosterProcess before = ground.instances().get(0).program(earlier);
      RosterProcess after = ground.instances().get(1);
      // Before V10 a line had no id, so nobody could tell which one was taken.
      ground.instances().forEach(instance -> instance.set("roster.notify.uri", null));
      ground.startFirst();
      Load load = new Load(ground, seed).start();
      Pause.millis(EACH.toMillis());
      say("the earlier version has worked; its schema: %s", version(ground));

      after.launch();
      ground.awaitAllAlive();
      Pause.millis(EACH.toMillis());
      say("both have worked; the schema: %s", version(ground));

      Duration stop = before.awaitStop();
      long stopped = System.nanoTime();
      ground.retire(before);
      while (ground.holder() != after) {
        Pause.millis(50);
      }
      say(
          "the earlier version took %.1f s to stop; this one had the stream %.1f s later",
          stop.toMillis() / 1e3, (System.nanoTime() - stopped) / 1e9);
      Pause.millis(EACH.toMillis());
      load.stop();
      List<Finding> unsettled = ground.settle();
      Books books = ground.books();
      books.write(folder.resolve("books.json"));
      List<Finding> findings =
          new ArrayList<>(Checker.check(history.events(), books, Ground.ADMINISTRATORS));
      findings.addAll(ground.findings().all());
      findings.addAll(unsettled);
      say("%d things were seen", history.events().size());
      return findings;
    }
  }

  private static String version(Ground ground) throws SQLException {
    return "V"
        + ground.ledger().number("select max(cast(version as integer)) from flyway_schema_history");
  }

  private static void say(String words, Object... values) {
    System.out.println(String.format(java.util.Locale.ROOT, words, values));
  }
}
