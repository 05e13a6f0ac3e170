package org.serverroster.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;

/** A user's client: logs in with SASL PLAIN, binds a resource, sends and records. */
public final class UserClient implements AutoCloseable {
  private final Wire wire;

  private UserClient(Wire wire) {
    this.wire = wire;
  }

  /**
   * Logs in.
   *
   * @param jid the bare JID, as in {@code admin@capulet.lit}
   * @throws IOException if the server refuses
   */
  public static UserClient login(InetSocketAddress server, String jid, String password)
      throws IOException {
    var at = jid.indexOf('@');
    var user = jid.substring(0, at);
    var domain = jid.substring(at + 1);
    var wire = new Wire(server, "jabber:client");
    wire.open(domain);
    wire.await(stanza -> stanza.name().equals("features"));
    var plain = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
    wire.send(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>"
            .formatted(Base64.getEncoder().encodeToString(plain)));
    var answer = wire.await(any -> true);
    if (!answer.name().equals("success")) {
      wire.close();
      throw new IOException(answer.xml());
    }
    wire.open(domain);
    wire.await(stanza -> stanza.name().equals("features"));
    wire.send(
        "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>lab</resource></bind></iq>");
    wire.await(stanza -> stanza.id().equals("bind"));
    return new UserClient(wire);
  }

  /** Sends text as it is. */
  public void send(String xml) throws IOException {
    wire.send(xml);
  }

  /** Everything received so far, oldest first. */
  public List<Stanza> received() {
    return wire.received();
  }

  /** Waits for a stanza that matches and takes it, see {@link ComponentClient#await}. */
  public Stanza await(Predicate<Stanza> wanted) {
    return wire.await(wanted);
  }

  /** Ends the stream in an orderly way. */
  @Override
  public void close() {
    wire.close();
  }
}
