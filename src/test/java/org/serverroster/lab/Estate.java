package org.serverroster.lab;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.serverroster.lab.SmtpCatcher.Mail;

/**
 * A {@link Lab} with all that Server Roster needs around it, and several peers that are connected:
 * the ground that the tests of the real product stand on.
 */
public final class Estate implements AutoCloseable {
  /** Who is asked. */
  public static final List<String> ADMINISTRATORS =
      List.of("juliet@capulet.lit", "nurse@capulet.lit");

  private final Path folder;
  private final Lab lab;
  private final SmtpCatcher smtp;
  private final Map<String, ComponentClient> peers = new LinkedHashMap<>();

  private Estate(Path folder, Lab lab, SmtpCatcher smtp) {
    this.folder = folder;
    this.lab = lab;
    this.smtp = smtp;
  }

  /** Both servers, the SMTP server and these peers, running. Server Roster is not started. */
  public static Estate start(Path folder, String... peers) throws IOException {
    return start(folder, prosody -> {}, peers);
  }

  /** The same, with more than that on the Prosody of our host. */
  public static Estate start(Path folder, Consumer<Prosody> more, String... peers)
      throws IOException {
    var lab = Lab.in(folder);
    var estate = new Estate(folder, lab, SmtpCatcher.start());
    try {
      var impatient = "server_roster_timeout = 2\n  server_roster_retry_max = 1";
      lab.prosody().rosterHost(Lab.HOST, Lab.COMPONENT, impatient);
      more.accept(lab.prosody());
      for (var peer : peers) {
        lab.ejabberd().component(peer, Lab.SECRET);
      }
      lab.start();
      for (var peer : peers) {
        estate.peers.put(peer, lab.ejabberd().connect(peer));
      }
      return estate;
    } catch (IOException | RuntimeException e) {
      estate.close();
      throw e;
    }
  }

  /** Waits on conditions; long enough for a busy machine. */
  public static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(100)).pollInterval(Duration.ofMillis(50));
  }

  /** Waits until a condition holds and has held for as long as two sweeps of the outbox. */
  public static ConditionFactory lastingly() {
    return patiently().during(Duration.ofMillis(2200));
  }

  /** A Server Roster for our host, with a database of its own in the folder of that name. */
  public RosterProcess roster(String name) throws IOException {
    return RosterProcess.in(folder.resolve(name))
        .attachedTo(lab.prosody(), smtp, ADMINISTRATORS.toArray(String[]::new));
  }

  /** The servers. */
  public Lab lab() {
    return lab;
  }

  /** Where the mails go. */
  public SmtpCatcher smtp() {
    return smtp;
  }

  /** A peer's connection. */
  public ComponentClient peer(String domain) {
    return peers.get(domain);
  }

  /** A peer says something to our host. */
  public void say(String peer, String type) throws IOException {
    peer(peer).sendPresence(Lab.HOST, type, "from-" + peer);
  }

  /** A peer asks, and waits until both administrators have their mail. */
  public void ask(String peer) throws IOException {
    say(peer, "subscribe");
    ADMINISTRATORS.forEach(administrator -> mail(administrator, peer));
  }

  /** The mails about a peer to an administrator so far. */
  public List<Mail> mails(String administrator, String peer) {
    return smtp.mails().stream()
        .filter(mail -> mail.to().equals(administrator) && mail.isAbout(peer))
        .toList();
  }

  /** Waits for the mail about a peer to an administrator. */
  public Mail mail(String administrator, String peer) {
    patiently().until(() -> !mails(administrator, peer).isEmpty());
    return mails(administrator, peer).get(0);
  }

  /** The types of all presence that came to the peer from the domain, "" for available. */
  public List<String> heardFrom(String domain, String peer) {
    return peer(peer).received().stream()
        .filter(stanza -> stanza.name().equals("presence") && stanza.from().equals(domain))
        .map(Stanza::type)
        .toList();
  }

  /** What the peer heard from our host. */
  public List<String> heard(String peer) {
    return heardFrom(Lab.HOST, peer);
  }

  /** The state of a peer, "" if there is no such peer. */
  public static String state(RosterProcess roster, String peer) {
    JsonNode row = roster.visitor().peer(Lab.HOST, peer);
    return row == null ? "" : row.get("state").asText();
  }

  /** Waits until the servers talk to each other again: ejabberd sulks for a while after a loss. */
  public void awaitFederation() {
    for (var peer : peers.values()) {
      patiently()
          .ignoreExceptions()
          .until(
              () -> {
                var id = "ping-" + System.nanoTime();
                peer.send(
                    "<iq type='get' from='%s' to='%s' id='%s'><ping xmlns='urn:xmpp:ping'/></iq>"
                        .formatted(peer.domain(), Lab.HOST, id));
                return peer.await(stanza -> stanza.id().equals(id)).type().equals("result");
              });
    }
  }

  /** The number of stanzas that the shim holds for a Server Roster that is away. */
  public long journaled() throws IOException {
    var journal = lab.prosody().data(Lab.HOST).resolve("server_roster.journal");
    try (Stream<String> lines = java.nio.file.Files.lines(journal)) {
      return lines.mapToInt(line -> line.startsWith("+") ? 1 : -1).sum();
    }
  }

  @Override
  public void close() {
    peers.values().forEach(ComponentClient::close);
    lab.close();
    smtp.close();
  }
}
