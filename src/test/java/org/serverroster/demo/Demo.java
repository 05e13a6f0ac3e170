package org.serverroster.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jsoup.Jsoup;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.lab.SmtpCatcher.Mail;
import org.serverroster.lab.Stanza;
import org.serverroster.lab.Visitor;

/**
 * The main job, for people to watch: real servers on loopback, Server Roster as its own process, a
 * request, the mail, a click, and what the other server gets to see. Started by {@code bin/demo}.
 */
final class Demo {
  private static final String ADMINISTRATOR = "juliet@" + Lab.HOST;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FAILURE = 1;
  private static final int LAST_LINES = 12;

  private final Path work;
  private final boolean auto;
  private final List<AutoCloseable> started = new ArrayList<>();
  private final BlockingQueue<Stanza> arrivals = new LinkedBlockingQueue<>();
  private volatile boolean leaving;
  private int step;
  private Lab lab;
  private SmtpCatcher smtp;
  private RosterProcess roster;
  private Visitor visitor;
  private ComponentClient montague;

  private Demo(Path work, boolean auto) {
    this.work = work;
    this.auto = auto;
  }

  /**
   * Shows the main job, then stays until it is ended from outside, or ends by itself.
   *
   * @param arguments the work folder, which is cleared at the end except for the logs; {@code
   *     --auto} to press the buttons without a person and to end by itself
   */
  public static void main(String... arguments) throws InterruptedException {
    var demo = new Demo(Path.of(arguments[0]), List.of(arguments).contains("--auto"));
    // The mail catcher's threads end with a trace when a connection is cut at the end; that is no
    // news.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          if (!thread.getName().startsWith("smtp:")) {
            System.err.println(thread.getName() + ": " + failure);
          }
        });
    Runtime.getRuntime().addShutdownHook(new Thread(demo::clearAway, "demo-exit"));
    try {
      demo.show();
    } catch (Exception e) {
      demo.explain(e);
      System.exit(FAILURE);
    }
    System.exit(0);
  }

  private void show() throws Exception {
    start();
    ask();
    var mail = awaitMail();
    var approved = auto ? pressApprove(mail) : awaitDecision(mail);
    if (approved) {
      answerAsMontague();
    }
    showRoster(approved);
    if (auto) {
      step("Everything happened as it should; stopping what was started");
    } else {
      step("Everything stays up until you press Ctrl-C; what arrives at montague.lit is shown");
      while (true) {
        arrivals.take();
      }
    }
  }

  private void start() throws Exception {
    step("Starting, on this machine alone (127.0.0.1), in " + shortened(work));
    lab = keep(Lab.in(work));
    say("ejabberd, the server of the peer montague.lit (a component that this demo plays)");
    lab.ejabberd().start();
    montague = keep(lab.connectPeer());
    montague.onStanza(this::arrived);
    say("Prosody, our server capulet.lit, with servers/prosody/mod_server_roster.lua");
    lab.prosody().start();
    smtp = keep(SmtpCatcher.start());
    say("a mail catcher on port " + smtp.port());
    roster = keep(RosterProcess.in(work.resolve("server-roster")));
    roster.attachedTo(lab.prosody(), smtp, ADMINISTRATOR);
    roster.launch();
    say("Server Roster on " + roster.baseUrl() + ", its settings: " + shortened(settings()));
    roster.awaitReady();
    visitor = roster.visitor();
    say("all are ready: " + roster.baseUrl() + "/q/health/ready says UP");
  }

  private void ask() throws IOException {
    step("montague.lit asks capulet.lit for its presence, over the federation of the two servers");
    send("subscribe");
  }

  private Mail awaitMail() throws Exception {
    await("the mail", () -> !smtp.mails().isEmpty());
    var mail = smtp.mails().get(0);
    var file = work.resolve("mail.eml");
    Files.write(file, mail.source());
    step("A mail for the administrator arrived; all of it is in " + shortened(file));
    say("To: " + mail.to());
    say("Subject: " + mail.subject());
    mail.text().strip().lines().forEach(line -> say("| " + line));
    return mail;
  }

  private boolean pressApprove(Mail mail) throws Exception {
    step("--auto: this demo opens the link to approve, as a browser or a mail scanner would");
    say("roster before: " + state());
    var link = mail.link("approve");
    var page = visitor.open(link);
    say("GET  -> " + page.statusCode() + ", the page \"" + title(page.body()) + '"');
    say("roster after:  " + state() + " (opening a link decides nothing)");
    require(page.statusCode() == 200 && state().equals("none+pending-in"), "GET changed something");
    step("It presses the button of that page, and this arrives at montague.lit");
    var answer = visitor.press(link, page);
    say("POST -> " + answer.statusCode() + ", the page \"" + title(answer.body()) + '"');
    for (var expected : List.of("subscribed", "", "subscribe")) {
      require(take().type().equals(expected), "This should have been '" + expected + "'");
    }
    return true;
  }

  private boolean awaitDecision(Mail mail) throws Exception {
    step("Your turn: open a link in a browser and press the button of its page");
    say("approve: " + mail.link("approve"));
    say("deny:    " + mail.link("deny"));
    say("(opening a link decides nothing; waiting for you, Ctrl-C ends the demo)");
    var answer = arrivals.take();
    if (answer.type().equals("unsubscribed")) {
      say("denied: montague.lit has been told so");
      return false;
    }
    take();
    take();
    say("approved: our answer, our presence, and our own request arrived there, in this order");
    return true;
  }

  private void answerAsMontague() throws Exception {
    step("montague.lit's administrators would now get a mail of theirs; this demo agrees for them");
    send("subscribed");
    await("the roster to say both", () -> state().equals("both"));
  }

  private void showRoster(boolean approved) {
    step("What the roster remembers");
    say(curl(visitor.peerAddress(Lab.HOST, Lab.PEER)));
    say(row().toPrettyString());
    say("and what other programs ask (XEP-0267: \"trusted\" servers):");
    say(curl(visitor.trustedAddress(Lab.HOST, Lab.PEER)));
    var trusted = visitor.trusted(Lab.HOST, Lab.PEER);
    say(trusted.statusCode() + " " + trusted.body());
    require((trusted.statusCode() == 200) == approved, "That is not what was decided");
  }

  private void send(String type) throws IOException {
    say("-> <presence from='%s' to='%s' type='%s'/>".formatted(Lab.PEER, Lab.HOST, type));
    montague.sendPresence(Lab.HOST, type, "demo-" + type);
  }

  private void arrived(Stanza stanza) {
    say("<- " + stanza.xml());
    if (stanza.name().equals("presence") && stanza.from().equals(Lab.HOST)) {
      arrivals.add(stanza);
    }
  }

  private Stanza take() throws Exception {
    var stanza = arrivals.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (stanza == null) {
      throw new TimeoutException("Waited " + PATIENCE.toSeconds() + " s for a stanza");
    }
    return stanza;
  }

  private JsonNode row() {
    return visitor.peer(Lab.HOST, Lab.PEER);
  }

  private String state() {
    var row = row();
    return row == null ? "no such peer" : row.get("state").asText();
  }

  private static void await(String what, BooleanSupplier condition) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("Waited " + PATIENCE.toSeconds() + " s for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static String title(String page) {
    return Jsoup.parse(page).title();
  }

  private static String curl(String address) {
    return "$ curl -u admin:" + RosterProcess.PASSWORD + " " + address;
  }

  private synchronized void step(String text) {
    System.out.printf("%n%d. %s%n", ++step, text);
  }

  private static synchronized void say(String text) {
    text.lines().forEach(line -> System.out.println("   " + line));
  }

  private Path settings() {
    return roster.settingsFile();
  }

  private static Path shortened(Path path) {
    var here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  private synchronized <T extends AutoCloseable> T keep(T part) {
    started.add(part);
    return part;
  }

  /** What failed, and what everybody said last. */
  private void explain(Exception failure) throws InterruptedException {
    // Ctrl-C reaches the servers as well, and perhaps first: that is no failure.
    TimeUnit.MILLISECONDS.sleep(300);
    if (leaving) {
      return;
    }
    System.err.printf("%nThe demo failed at step %d: %s%n", step, firstLine(failure));
    for (var log : logs()) {
      System.err.printf("%n--- the end of %s%n", shortened(log));
      try {
        var lines = Files.readAllLines(log);
        lines
            .subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
            .forEach(System.err::println);
      } catch (IOException e) {
        System.err.println(firstLine(e));
      }
    }
  }

  private static String firstLine(Exception failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
  }

  private List<Path> logs() {
    try (var paths = Files.walk(work)) {
      return paths.filter(Demo::isLog).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean isLog(Path path) {
    return path.toString().endsWith(".log");
  }

  private static boolean isMail(Path path) {
    return path.toString().endsWith(".eml");
  }

  /**
   * Ends everything that was started, the last first, and leaves nothing but the logs and the mail.
   */
  private synchronized void clearAway() {
    leaving = true;
    for (var i = started.size() - 1; i >= 0; i--) {
      try {
        started.get(i).close();
      } catch (Exception e) {
        System.err.println("While stopping: " + firstLine(e));
      }
    }
    try (var paths = Files.walk(work)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        var parent = Files.isDirectory(path) && !isEmpty(path);
        if (!parent && !isLog(path) && !isMail(path)) {
          Files.delete(path);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("While clearing away: " + firstLine(e));
    }
    System.out.printf("%nStopped. The logs and the mail are in %s%n", shortened(work));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
