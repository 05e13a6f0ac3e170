package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.serverroster.lab.Estate.ADMINISTRATORS;
import static org.serverroster.lab.Estate.lastingly;
import static org.serverroster.lab.Estate.patiently;
import static org.serverroster.lab.Estate.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher.Mail;

/**
 * Nothing is lost: the packaged Server Roster, the XMPP server and the SMTP server are killed,
 * frozen and taken away while requests and decisions are under way. Each test has a fresh database.
 */
@Tag("servers")
class CrashIT {
  private static final List<String> PEERS =
      IntStream.range(0, 10).mapToObj("peer%d.lit"::formatted).toList();
  private static final String PEER = PEERS.get(0);

  /** How many mails the service sends at one time. */
  private static final int MAILS_UNDER_WAY = 4;

  private static final List<String> WHOLE_ANSWER = List.of("subscribed", "", "subscribe");

  @TempDir static Path folder;
  private static Estate estate;
  private final List<RosterProcess> started = new ArrayList<>();
  private RosterProcess roster;

  @BeforeAll
  static void startServers() throws Exception {
    estate = Estate.start(folder, PEERS.toArray(String[]::new));
  }

  @AfterAll
  static void stopServers() {
    if (estate != null) {
      estate.close();
    }
  }

  @BeforeEach
  void prepare(TestInfo test) throws Exception {
    estate.awaitFederation();
    PEERS.forEach(peer -> estate.peer(peer).clear());
    estate.smtp().forget();
    roster = another(test.getTestMethod().orElseThrow().getName());
  }

  @AfterEach
  void kill() throws Exception {
    started.stream().filter(RosterProcess::isAlive).forEach(RosterProcess::kill9);
    assertThat("nothing is left for the next test", estate.journaled(), is(0L));
  }

  @Test
  void requestsThatComeWhileTheServiceIsDeadAreAllAskedOnce() throws Exception {
    roster.start();
    roster.kill9();
    askAll();

    roster.start();

    awaitAllPending();
    lastingly().until(this::eachAdministratorWasAskedOnceAboutEach);
  }

  @Test
  void requestsThatWereUnderWayWhenTheServiceFrozeAndDiedAreAllAskedOnce() throws Exception {
    roster.start();
    roster.freeze();
    askAll(); // in its socket, unread
    roster.kill9(); // a frozen process reads nothing more: its connection is reset

    roster.start();

    awaitAllPending();
    lastingly().until(this::eachAdministratorWasAskedOnceAboutEach);
  }

  @Test
  void aServiceThatWasFrozenForLongerThanTheServerWaitsAsksOnce() throws Exception {
    roster.start();
    roster.freeze();
    var before = count("did not answer hand-over");
    askAll();
    patiently().until(() -> count("did not answer hand-over") >= before + PEERS.size());
    roster.thaw(); // reads each request twice or more

    awaitAllPending();
    lastingly().until(this::eachAdministratorWasAskedOnceAboutEach);
  }

  @Test
  void aServiceThatIsKilledInTheMiddleOfItsWorkLosesNoRequest() throws Exception {
    roster.start();
    for (var peer : PEERS) {
      estate.say(peer, "subscribe");
    }
    patiently().until(() -> !mails().isEmpty());
    roster.kill9();

    roster.start();

    awaitAllPending();
    var all = PEERS.size() * ADMINISTRATORS.size();
    patiently().until(() -> mails().stream().map(Mail::messageId).distinct().count() >= all);
    assertThat(
        "a repeated mail has the Message-ID of the first",
        mails().stream().map(Mail::messageId).distinct().count(),
        is((long) all));
    assertThat(
        "only what was under way is repeated",
        mails().size(),
        lessThanOrEqualTo(all + MAILS_UNDER_WAY));
  }

  @Test
  void requestsSurviveAKillOfProsody() throws Exception {
    roster.start();
    roster.kill9();
    askAll();
    estate.lab().prosody().kill9();
    estate.lab().prosody().start();
    assertThat(estate.journaled(), is((long) PEERS.size()));

    roster.start();

    awaitAllPending();
    lastingly().until(this::eachAdministratorWasAskedOnceAboutEach);
  }

  @Test
  void theServiceFindsBackToAProsodyThatWasKilled() throws Exception {
    roster.start();
    estate.lab().prosody().kill9();
    patiently().until(() -> roster.visitor().health("ready") == 503);
    assertThat(roster.visitor().health("live"), is(200));
    estate.lab().prosody().start();

    roster.awaitReady();
    estate.awaitFederation();
    ask(PEER);
  }

  @Test
  void anApprovalWhileProsodyIsAwayArrivesInOrderWhenItIsBack() throws Exception {
    roster.start();
    ask(PEER);
    var link = newMail(ADMINISTRATORS.get(0), PEER).link("approve");
    estate.lab().prosody().kill9();
    assertThat(roster.visitor().press(link).statusCode(), is(200));
    assertThat(state(roster, PEER), is("from+pending-out"));

    estate.lab().prosody().start();

    lastingly().until(() -> estate.heard(PEER).equals(WHOLE_ANSWER));
  }

  @Test
  void anApprovalJustBeforeTheServiceIsKilledIsDeliveredAfterwards() throws Exception {
    roster.start();
    ask(PEER);
    var link = newMail(ADMINISTRATORS.get(0), PEER).link("approve");
    estate.lab().prosody().freeze();
    assertThat(roster.visitor().press(link).statusCode(), is(200));
    roster.kill9();
    estate.lab().prosody().thaw();

    roster.start();

    // At least once: what Prosody had been given before may come twice, but never out of order.
    patiently().until(() -> estate.heard(PEER).contains("subscribe"));
    lastingly()
        .untilAsserted(
            () -> assertThat(estate.heard(PEER).stream().distinct().toList(), is(WHOLE_ANSWER)));
  }

  @Test
  void mailWaitsForAnSmtpServerThatIsAway() throws Exception {
    roster.start();
    estate.smtp().goAway();
    askAll();
    awaitAllPending();
    lastingly().until(() -> mails().isEmpty());

    estate.smtp().comeBack();

    lastingly().until(this::eachAdministratorWasAskedOnceAboutEach);
  }

  @Test
  void aServiceThatHasNothingToDoRests() throws Exception {
    roster.start();
    ask(PEER);
    var last = new AtomicReference<>(roster.processorTime());

    // A sweep each second is cheap; what spins never has a second with less than a fifth of a core.
    patiently()
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              var now = roster.processorTime();
              return now.minus(last.getAndSet(now)).toMillis() < 200;
            });
  }

  @Test
  void aWrongSecretIsSaidAndTheRightOneWorks() throws Exception {
    roster.environment("ROSTER_XMPP_SECRET", "not-the-secret-of-the-lab").launch();
    patiently().until(() -> Files.readString(roster.log()).matches("(?s).*(?i)secret.*"));
    lastingly().until(() -> roster.visitor().health("ready") == 503 && roster.isAlive());
    assertThat(roster.visitor().health("live"), is(200));
    assertThat(Files.readString(roster.log()), not(containsString("not-the-secret-of-the-lab")));
    roster.stop();

    roster.environment("ROSTER_XMPP_SECRET", Lab.SECRET).start();
    ask(PEER);
  }

  @Test
  void aSecondInstanceStandsByAndTakesOver() throws Exception {
    roster.start();
    var second = another("second");
    second.launch();
    patiently().until(() -> second.visitor().health("live") == 200);
    lastingly()
        .until(
            () ->
                second.visitor().health("ready") == 503 && roster.visitor().health("ready") == 200);

    roster.kill9();

    second.awaitReady();
    ask(PEER);
    assertThat(state(second, PEER), is("none+pending-in"));
  }

  @Test
  void aHostThatIsMissingInTheSettingsCostsNoRequest() throws Exception {
    roster.set("roster.domains", "prince.lit").start();
    var before = count("does not serve this host");
    askAll();
    patiently().until(() -> count("does not serve this host") > before);
    assertThat(estate.journaled(), is((long) PEERS.size()));
    roster.stop();

    roster.set("roster.domains", Lab.HOST).start();

    awaitAllPending();
    lastingly().until(this::eachAdministratorWasAskedOnceAboutEach);
  }

  /** A peer asks, and both administrators get their mail. */
  private void ask(String peer) throws IOException {
    estate.say(peer, "subscribe");
    patiently()
        .until(
            () -> mails().stream().filter(mail -> mail.isAbout(peer)).map(Mail::to).toList(),
            containsInAnyOrder(ADMINISTRATORS.toArray()));
  }

  private RosterProcess another(String name) throws IOException {
    var process = estate.roster(name);
    started.add(process);
    return process;
  }

  /** All peers ask; returns when each request is in the journal of the shim, or was taken over. */
  private void askAll() throws Exception {
    var journal = estate.lab().prosody().data(Lab.HOST).resolve("server_roster.journal");
    var last = Files.size(journal);
    for (var peer : PEERS) {
      estate.say(peer, "subscribe");
    }
    patiently()
        .until(
            () ->
                Files.readString(journal)
                        .substring((int) last)
                        .lines()
                        .filter(line -> line.startsWith("+"))
                        .count()
                    >= PEERS.size());
  }

  private void awaitAllPending() {
    patiently().until(() -> pending() == PEERS.size());
  }

  private long pending() {
    var rows = roster.visitor().peers(Lab.HOST).get("peers");
    return StreamSupport.stream(rows.spliterator(), false)
        .filter(row -> row.get("state").asText().equals("none+pending-in"))
        .count();
  }

  private List<Mail> mails() {
    return estate.smtp().mails();
  }

  private Mail newMail(String administrator, String peer) {
    return mails().stream()
        .filter(mail -> mail.to().equals(administrator) && mail.isAbout(peer))
        .findFirst()
        .orElseThrow();
  }

  private boolean eachAdministratorWasAskedOnceAboutEach() {
    var asked = mails().stream().map(mail -> mail.to() + " " + mail.subject()).toList();
    assertThat(asked, hasSize(lessThanOrEqualTo(PEERS.size() * ADMINISTRATORS.size())));
    return asked.stream().distinct().count() == PEERS.size() * ADMINISTRATORS.size();
  }

  private static long count(String words) throws IOException {
    try (var lines = Files.lines(estate.lab().prosody().log())) {
      return lines.filter(line -> line.contains(words)).count();
    }
  }
}
