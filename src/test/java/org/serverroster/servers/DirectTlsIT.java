package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.serverroster.lab.Estate.patiently;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.Authority;
import org.serverroster.lab.ComponentClient;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Ejabberd;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Prosody;
import org.serverroster.lab.RosterProcess;
import org.serverroster.lab.SmtpCatcher;
import org.serverroster.lab.Stanza;

/**
 * The component stream by TLS from the first byte ({@code roster.xmpp.tls=direct}): Prosody's
 * {@code net_multiplex} with {@code ssl_ports}, ejabberd's component listener with {@code tls}. The
 * peer is another component of the same server.
 */
@Tag("servers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DirectTlsIT {
  @TempDir static Path folder;
  private Dns dns;
  private SmtpCatcher smtp;
  private Authority authority;
  private Authority stranger;
  private Prosody prosody;
  private Ejabberd ejabberd;
  private int started;

  @BeforeAll
  void startServers() throws Exception {
    authority = Authority.in(folder.resolve("authority"));
    stranger = Authority.in(folder.resolve("stranger"));
    dns = Dns.start();
    smtp = SmtpCatcher.start();
    var certificate = authority.issue("127.0.0.1");
    prosody = prosody("prosody", certificate).start();
    ejabberd = ejabberd("ejabberd", certificate).start();
  }

  @AfterAll
  void stop() {
    prosody.close();
    ejabberd.close();
    smtp.close();
    dns.close();
  }

  @Test
  void presenceCrossesOverProsodysTls() throws Exception {
    try (var peer = prosody.connect(Lab.PEER)) {
      presenceCrosses(prosody.tlsComponents(), peer);
    }
  }

  @Test
  void presenceCrossesOverEjabberdsTls() throws Exception {
    try (var peer = ejabberd.connect(Lab.PEER)) {
      presenceCrosses(ejabberd.tlsComponents(), peer);
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    for (var address : addresses()) {
      isRefused(
          roster(address).attachedByTls(address, stranger),
          "the certificate of the server is not signed by an authority that we trust");
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefused() throws Exception {
    for (var address : addresses()) {
      isRefused(
          roster(address).attachedByTls(address, authority).set("roster.xmpp.host", "localhost"),
          "the certificate of the server does not name localhost");
    }
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    var expired = authority.issueExpired("127.0.0.1");
    try (var late = prosody("late-prosody", expired);
        var later = ejabberd("late-ejabberd", expired)) {
      late.start();
      later.start();
      for (var address : new InetSocketAddress[] {late.tlsComponents(), later.tlsComponents()}) {
        isRefused(
            roster(address).attachedByTls(address, authority),
            "the certificate of the server has expired");
      }
    }
  }

  @Test
  void aServerThatDoesNotSpeakTlsIsRefused() throws Exception {
    for (var address : new InetSocketAddress[] {prosody.components(), ejabberd.components()}) {
      isRefused(roster(address).attachedByTls(address, authority), "no TLS with the server");
    }
  }

  @Test
  void aServerThatExpectsTlsIsNotSpokenToWithoutIt() throws Exception {
    for (var address : addresses()) {
      isRefused(roster(address), "does it expect TLS on this port?");
    }
  }

  private void presenceCrosses(InetSocketAddress address, ComponentClient peer) throws Exception {
    try (var roster = roster(address).attachedByTls(address, authority).start()) {
      var before = smtp.mails().size();
      peer.sendPresence(Lab.COMPONENT, "subscribe", "please");
      patiently().until(() -> smtp.mails().size() == before + 1);

      var page = roster.visitor().press(smtp.mails().get(before).link("approve"));

      assertThat(page.body(), page.statusCode(), is(200));
      Stanza answer = peer.await(stanza -> stanza.type().equals("subscribed"));
      assertThat(answer.from(), is(Lab.COMPONENT));
    }
  }

  private static void isRefused(RosterProcess roster, String reason) throws Exception {
    try (roster) {
      roster.launch();
      patiently().until(() -> roster.visitor().health("ready") == 503);
      patiently()
          .untilAsserted(
              () -> assertThat(roster.visitor().healthReport("ready"), containsString(reason)));
      var log = Files.readString(roster.log());
      assertThat(
          log.lines().filter(line -> line.contains(reason)).count() + ": " + log,
          log.lines().filter(line -> line.contains(reason)).count(),
          is(1L));
      assertThat("no stack trace in " + log, log.contains("\tat "), is(false));
      assertThat(log, not(containsString(Lab.SECRET)));
    }
  }

  private InetSocketAddress[] addresses() {
    return new InetSocketAddress[] {prosody.tlsComponents(), ejabberd.tlsComponents()};
  }

  private RosterProcess roster(InetSocketAddress address) throws Exception {
    return RosterProcess.in(folder.resolve("server-roster-" + started++))
        .attachedTo(address, smtp, "juliet@capulet.lit")
        .set("roster.domains", null);
  }

  private Prosody prosody(String name, Authority.Certificate certificate) throws Exception {
    return Prosody.in(folder.resolve(name), dns)
        .host(Lab.HOST)
        .component(Lab.COMPONENT, Lab.SECRET)
        .component(Lab.PEER, Lab.SECRET)
        .tlsComponents(certificate);
  }

  private Ejabberd ejabberd(String name, Authority.Certificate certificate) throws Exception {
    return Ejabberd.in(folder.resolve(name), dns)
        .host(Lab.HOST)
        .component(Lab.COMPONENT, Lab.SECRET)
        .component(Lab.PEER, Lab.SECRET)
        .tlsComponents(certificate);
  }
}
