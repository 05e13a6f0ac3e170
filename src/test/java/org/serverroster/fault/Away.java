package org.serverroster.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.serverroster.lab.RosterProcess;

/**
 * What became of a run in which one server was away for a while, under load.
 *
 * @param component who was away
 * @param away for how long
 * @param residentBefore the memory of the process before that, in kilobytes
 * @param residentMost the most while that lasted
 * @param readiness what readiness said meanwhile, each answer once
 * @param logLines how many lines were logged while it was away, by their first word
 * @param waitingMost how many rows waited in the outbox at most
 * @param deliveredAfter how long after its return everything had left
 * @param stopTook how long an orderly stop under load took, when everything worked again
 * @param hangingStopTook how long one took while the server was there and did not answer
 * @param findings the promises that were not kept
 */
record Away(
    String component,
    Duration away,
    long residentBefore,
    long residentMost,
    List<String> readiness,
    Map<String, Integer> logLines,
    long waitingMost,
    Duration deliveredAfter,
    Duration stopTook,
    Duration hangingStopTook,
    List<Finding> findings) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration WARM = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration STOP_AFTER = Duration.ofSeconds(2);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  /** The heap has 256 MiB; code, classes, stacks and buffers take the rest. */
  private static final long MOST_KILOBYTES = 448 * 1024;

  /** What readiness must name while one of them is away. */
  private static final Map<String, String> NAMED =
      Map.of(
          "smtp",
          "mail",
          "database",
          "Database",
          "xmpp",
          "xmpp-component",
          "events",
          "roster.events.uri");

  /** The servers that can be away. */
  static final List<String> COMPONENTS = List.of("smtp", "database", "xmpp", "events");

  static Away run(Path folder, String component, Duration time, long seed)
      throws IOException, SQLException, InterruptedException {
    try (History history = History.in(folder.resolve("history.jsonl"));
        Ground ground =
            new Ground(
                folder,
                1,
                false,
                Ground.Kind.PROSODY,
                Ground.Store.POSTGRESQL,
                Ground.Mails.SINGLE,
                history)) {
      ground.start();
      RosterProcess roster = ground.instances().get(0);
      Load load = new Load(ground, seed).start();
      Pause.millis(WARM.toMillis());
      long before = roster.residentKilobytes();
      int logged = logged(roster).size();
      history.note(Event.FAULT, "fault", component + " is away");
      leave(ground, component);
      long most = before;
      long waiting = 0;
      List<String> readiness = new ArrayList<>();
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() < end) {
        Pause.millis(1000);
        most = Math.max(most, roster.residentKilobytes());
        waiting = Math.max(waiting, component.equals("database") ? 0 : ground.waiting());
        String says = readiness(roster);
        if (!readiness.contains(says)) {
          readiness.add(says);
        }
      }
      Map<String, Integer> lines = byFirstWord(logged(roster), logged);
      history.note(Event.FAULT, "fault", component + " is back");
      comeBack(ground, component);
      long back = System.nanoTime();
      load.stop();
      boolean delivered = awaitEmpty(ground);
      Duration took = Duration.ofNanos(System.nanoTime() - back);
      Load more = new Load(ground, seed + 1).start();
      Pause.millis(STOP_AFTER.toMillis());
      Duration stop = roster.awaitStop();
      more.stop();
      roster.launch();
      roster.awaitReady();
      more = new Load(ground, seed + 2).start();
      hang(ground, component, true);
      Pause.millis(STOP_AFTER.toMillis());
      Duration hangingStop = roster.awaitStop();
      hang(ground, component, false);
      more.stop();
      roster.launch();
      List<Finding> unsettled = ground.settle();
      Books books = ground.books();
      books.write(folder.resolve("books.json"));
      List<Finding> findings =
          new ArrayList<>(Checker.check(history.events(), books, Ground.ADMINISTRATORS));
      if (!delivered) {
        findings.add(new Finding("stuck", "", "not everything had left when it could"));
      }
      findings.addAll(ground.findings().all());
      findings.addAll(unsettled);
      Away all =
          new Away(
              component,
              time,
              before,
              most,
              readiness,
              lines,
              waiting,
              took,
              stop,
              hangingStop,
              findings);
      findings.addAll(all.unbounded());
      List<String> log = logged(roster);
      int trace = indexOfTrace(log);
      if (trace >= 0) {
        List<String> start = log.subList(Math.max(0, trace - 2), Math.min(log.size(), trace + 4));
        findings.add(new Finding("log", "", "a stack trace: " + start));
      }
      return all;
    }
  }

  /** What grew, was silent, talked too much or did not end. */
  private List<Finding> unbounded() {
    List<Finding> found = new ArrayList<>();
    if (residentMost > MOST_KILOBYTES) {
      found.add(new Finding("memory", "", residentMost + " kB resident"));
    }
    for (Duration each : List.of(stopTook, hangingStopTook)) {
      if (each.compareTo(STOP_WITHIN) > 0) {
        found.add(new Finding("stop", "", "an orderly stop took " + each));
      }
    }
    if (readiness.stream().noneMatch(says -> says.contains(NAMED.get(component)))) {
      found.add(new Finding("readiness", "", "does not name " + component + ": " + readiness));
    }
    long most = 2 + away.toMinutes(); // one when it begins, one a minute, and the two may meet
    logLines.forEach(
        (word, lines) -> {
          if (word.matches("(WARN|ERROR) .*") && lines > most) {
            found.add(new Finding("log", "", lines + " lines of " + word));
          }
        });
    return found;
  }

  /** It is there and takes connections, and says nothing: or it speaks again. */
  private static void hang(Ground ground, String component, boolean hangs) throws IOException {
    ground.history().note(Event.FAULT, "fault", component + (hangs ? " hangs" : " speaks again"));
    switch (component) {
      case "smtp" -> ground.mail().be(hangs ? MailSink.Mood.MUTE : MailSink.Mood.FINE);
      case "events" -> ground.events().be(hangs ? EventSink.Mood.MUTE : EventSink.Mood.FINE);
      case "database" -> freeze(hangs, ground.database()::freeze, ground.database()::thaw);
      default -> freeze(hangs, ground.server()::freeze, ground.server()::thaw);
    }
  }

  private interface Act {
    void run() throws IOException;
  }

  private static void freeze(boolean hangs, Act freeze, Act thaw) throws IOException {
    (hangs ? freeze : thaw).run();
  }

  private static void leave(Ground ground, String component) throws IOException {
    switch (component) {
      case "smtp" -> ground.mail().be(MailSink.Mood.AWAY);
      case "database" -> ground.database().kill9();
      case "events" -> ground.events().goAway();
      case "xmpp" -> ground.server().kill9();
      default -> throw new IllegalArgumentException("not one of " + COMPONENTS);
    }
  }

  private static void comeBack(Ground ground, String component) throws IOException {
    switch (component) {
      case "smtp" -> ground.mail().be(MailSink.Mood.FINE);
      case "database" -> ground.database().start();
      case "events" -> ground.events().comeBack();
      default -> ground.server().start();
    }
  }

  private static boolean awaitEmpty(Ground ground) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      if (ground.holder() != null && ground.isAtRest()) {
        return true;
      }
      Pause.millis(100);
    }
    return false;
  }

  /** The checks that have something to say: their name, status and data. */
  private static String readiness(RosterProcess roster) {
    try {
      JsonNode report = JSON.readTree(roster.visitor().healthReport("ready"));
      List<String> says = new ArrayList<>();
      for (JsonNode check : report.path("checks")) {
        String data =
            check.path("data").toString().replaceAll("\\d{4}-\\d\\d-\\d\\dT[^\"]*", "...");
        if (!check.path("status").asText().equals("UP")
            || data.contains("because")
            || data.contains("since")) {
          says.add(check.path("name").asText() + " " + check.path("status").asText() + " " + data);
        }
      }
      return report.path("status").asText() + " " + says;
    } catch (IOException | RuntimeException silent) {
      return "no answer";
    }
  }

  private static List<String> logged(RosterProcess roster) throws IOException {
    return Files.readAllLines(roster.log());
  }

  private static int indexOfTrace(List<String> log) {
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).startsWith("\tat ")) {
        return i;
      }
    }
    return -1;
  }

  private static Map<String, Integer> byFirstWord(List<String> lines, int from) {
    Map<String, Integer> words = new TreeMap<>();
    for (String line : lines.subList(from, lines.size())) {
      String[] parts = line.split("\\s+", 5);
      String key = parts.length < 4 ? line : parts[1] + " " + parts[3].replaceAll("=.*", "");
      words.merge(key, 1, Integer::sum);
    }
    return words;
  }

  @Override
  public String toString() {
    return """
    %s away for %s: resident %d kB before, %d kB at most; outbox at most %d rows;
      everything had left %.1f s after its return; an orderly stop under load took %.1f s,
      and %.1f s while it hung
      readiness: %s
      log lines meanwhile: %s
      %d findings %s\
    """
        .formatted(
            component,
            away,
            residentBefore,
            residentMost,
            waitingMost,
            deliveredAfter.toMillis() / 1e3,
            stopTook.toMillis() / 1e3,
            hangingStopTook.toMillis() / 1e3,
            String.join("\n    ", readiness),
            logLines,
            findings.size(),
            findings);
  }
}
