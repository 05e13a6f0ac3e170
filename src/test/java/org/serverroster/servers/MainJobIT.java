package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.serverroster.lab.Estate.ADMINISTRATORS;
import static org.serverroster.lab.Estate.lastingly;
import static org.serverroster.lab.Estate.patiently;
import static org.serverroster.lab.Estate.state;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Estate;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;

/**
 * The rules R1 to R7 of XEP-0267 0.1, each on real servers: the packaged Server Roster behind a
 * Prosody with our shim, and peers behind an ejabberd, over real server-to-server streams. Each
 * test has a peer of its own.
 */
@Tag("servers")
class MainJobIT {
  private static final String JULIET = ADMINISTRATORS.get(0);
  private static final String NURSE = ADMINISTRATORS.get(1);

  @TempDir static Path folder;
  private static Estate estate;
  private static RosterProcess roster;

  @BeforeAll
  static void start() throws Exception {
    estate =
        Estate.start(
            folder,
            "r1.lit",
            "r2.lit",
            "r2denied.lit",
            "r3.lit",
            "r4.lit",
            "r5.lit",
            "r6.lit",
            "r6waiting.lit",
            "r7.lit",
            "r7denied.lit");
    roster = estate.roster("server-roster").start();
  }

  @AfterAll
  static void stop() {
    if (roster != null) {
      roster.close();
    }
    if (estate != null) {
      estate.close();
    }
  }

  @Test
  void r1_theSubscriptionIsFromBareDomainToBareDomain() throws Exception {
    var peer = estate.peer("r1.lit");
    peer.send("<presence from='romeo@r1.lit' to='capulet.lit' type='subscribe' id='a-user'/>");
    peer.send("<presence from='r1.lit' to='capulet.lit/desk' type='subscribe' id='a-server'/>");

    press(JULIET, "r1.lit", "approve");

    var answer = peer.await(stanza -> stanza.type().equals("subscribed") && isToBare(stanza.to()));
    assertThat(answer.from(), is("capulet.lit"));
    assertThat(answer.to(), is("r1.lit"));
    var ours = peer.await(stanza -> stanza.type().equals("subscribe"));
    assertThat(ours.from(), is("capulet.lit"));
    assertThat(ours.to(), is("r1.lit"));
    assertThat(
        "a user is no server",
        roster.visitor().peers(Lab.HOST).toString(),
        not(containsString("romeo")));
    assertThat(
        estate.smtp().mails().stream().filter(mail -> mail.text().contains("romeo")).toList(),
        empty());
  }

  @Test
  void r2_nothingIsAskedUnlessAPersonSaidSo() throws Exception {
    estate.ask("r2.lit");
    roster.visitor().open(estate.mail(JULIET, "r2.lit").link("approve"));
    lastingly().until(() -> estate.heard("r2.lit").isEmpty());

    press(JULIET, "r2.lit", "approve");
    patiently().until(() -> estate.heard("r2.lit").contains("subscribe"));
  }

  @Test
  void r2_nothingIsAskedOfAPeerThatWasDenied() throws Exception {
    estate.ask("r2denied.lit");
    press(JULIET, "r2denied.lit", "deny");

    lastingly().until(() -> estate.heard("r2denied.lit").equals(List.of("unsubscribed")));
    assertThat(state(roster, "r2denied.lit"), is("none"));
  }

  @Test
  void r3_everyAdministratorIsPromptedAndNothingIsApprovedByItself() throws Exception {
    estate.ask("r3.lit");
    for (var administrator : ADMINISTRATORS) {
      var mail = estate.mail(administrator, "r3.lit");
      for (var decision : List.of("approve", "deny")) {
        assertThat(roster.visitor().open(mail.link(decision)).statusCode(), is(200));
      }
    }
    estate.say("r3.lit", "subscribe");

    lastingly()
        .until(
            () ->
                state(roster, "r3.lit").equals("none+pending-in")
                    && estate.heard("r3.lit").isEmpty());
    for (var administrator : ADMINISTRATORS) {
      assertThat("one mail each", estate.mails(administrator, "r3.lit").size(), is(1));
    }
    assertThat(roster.visitor().trusted(Lab.HOST, "r3.lit").statusCode(), is(404));
  }

  @Test
  void r4_onceApprovedTheOriginatingServerIsTold() throws Exception {
    estate.ask("r4.lit");
    press(NURSE, "r4.lit", "approve");

    var answer = estate.peer("r4.lit").await(stanza -> stanza.type().equals("subscribed"));
    assertThat(answer.from(), is(Lab.HOST));
    assertThat(answer.to(), is("r4.lit"));
    assertThat("RFC 6121, 3.1.4: an id of its own", answer.id(), not(is("from-r4.lit")));
    assertThat(answer.id(), not(is("")));
  }

  @Test
  void r5_thenOurPresenceAndOurOwnRequestFollowInThisOrder() throws Exception {
    estate.ask("r5.lit");
    press(JULIET, "r5.lit", "approve");

    lastingly().until(() -> estate.heard("r5.lit").equals(List.of("subscribed", "", "subscribe")));
    assertThat(state(roster, "r5.lit"), is("from+pending-out"));
    estate.say("r5.lit", "subscribed");
    patiently().until(() -> state(roster, "r5.lit").equals("both"));
  }

  @Test
  void r6_theRosterSurvivesAKillOfTheService() throws Exception {
    estate.ask("r6.lit");
    press(JULIET, "r6.lit", "approve");
    estate.ask("r6waiting.lit");
    var approved = roster.visitor().peer(Lab.HOST, "r6.lit");
    var waiting = roster.visitor().peer(Lab.HOST, "r6waiting.lit");
    assertThat(approved.get("state").asText(), is("from+pending-out"));

    roster.kill9();
    roster.start();

    assertThat(roster.visitor().peer(Lab.HOST, "r6.lit"), is(approved));
    assertThat(roster.visitor().peer(Lab.HOST, "r6waiting.lit"), is(waiting));
    press(NURSE, "r6waiting.lit", "approve");
    estate.peer("r6waiting.lit").await(stanza -> stanza.type().equals("subscribed"));
  }

  @Test
  void r7_otherSystemsCanAskWhoIsTrusted() throws Exception {
    assertThat(trusted("r7.lit"), is(404));
    estate.ask("r7.lit");
    assertThat("while it waits", trusted("r7.lit"), is(404));
    press(JULIET, "r7.lit", "approve");
    assertThat(trusted("r7.lit"), is(200));
    assertThat(
        roster.visitor().trusted(Lab.HOST, "r7.lit").body(), containsString("\"trusted\":true"));

    estate.ask("r7denied.lit");
    press(JULIET, "r7denied.lit", "deny");
    assertThat(trusted("r7denied.lit"), is(404));
    assertThat(
        roster.visitor().trusted(Lab.HOST, "r7denied.lit").body(),
        containsString("\"trusted\":false"));
  }

  private static boolean isToBare(String to) {
    return !to.contains("@");
  }

  private static int trusted(String peer) {
    return roster.visitor().trusted(Lab.HOST, peer).statusCode();
  }

  private static void press(String administrator, String peer, String decision) {
    var answer = roster.visitor().press(estate.mail(administrator, peer).link(decision));
    assertThat(answer.body(), answer.statusCode(), is(200));
  }
}
