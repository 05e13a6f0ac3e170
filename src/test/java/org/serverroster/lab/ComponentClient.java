package org.serverroster.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * An external component (XEP-0114) that does what it is told and nothing else: it can play Server
 * Roster, or a peer's domain, and it can freeze and break the connection.
 */
public final class ComponentClient implements AutoCloseable {
  private final String domain;
  private final Wire wire;

  private ComponentClient(String domain, Wire wire) {
    this.domain = domain;
    this.wire = wire;
  }

  /**
   * Connects to a component port and logs in.
   *
   * @throws IOException if nobody listens, or with the stream error (as in {@code conflict}) if the
   *     server refuses
   */
  public static ComponentClient connect(InetSocketAddress server, String domain, String secret)
      throws IOException {
    var wire = new Wire(server, "jabber:component:accept");
    var id = wire.open(domain);
    wire.send("<handshake>" + sha1(id + secret) + "</handshake>");
    var answer = wire.await(any -> true);
    if (!answer.name().equals("handshake")) {
      wire.close();
      throw new IOException(answer.children().get(0).name());
    }
    wire.forget(answer);
    return new ComponentClient(domain, wire);
  }

  /** The component's own domain. */
  public String domain() {
    return domain;
  }

  /** Sends text as it is. */
  public void send(String xml) throws IOException {
    wire.send(xml);
  }

  /** Sends presence from the own domain; {@code type} may be null for available. */
  public void sendPresence(String to, String type, String id) throws IOException {
    var typed = type == null ? "" : " type='" + type + "'";
    send("<presence from='%s' to='%s' id='%s'%s/>".formatted(domain, to, id, typed));
  }

  /** Everything received since the handshake or the last {@link #clear}, oldest first. */
  public List<Stanza> received() {
    return wire.received();
  }

  /** Forgets everything received so far. */
  public void clear() {
    wire.clear();
  }

  /**
   * Waits for a stanza that matches and takes it: the next call sees it no more.
   *
   * @throws java.util.NoSuchElementException after 15 seconds, or when the stream ends, with all
   *     that was received
   */
  public Stanza await(Predicate<Stanza> wanted) {
    return wire.await(wanted);
  }

  /** Calls the listener for each stanza that comes from now on, in the thread that reads. */
  public void onStanza(Consumer<Stanza> listener) {
    wire.onStanza(listener);
  }

  /** Stops to read, as a frozen program does. */
  public void stopReading() {
    wire.stopReading();
  }

  /** Reads on. */
  public void resumeReading() {
    wire.resumeReading();
  }

  /** True once either side has ended the connection. */
  public boolean isClosed() {
    return wire.isClosed();
  }

  /** Breaks the connection with a TCP reset: what is under way is lost. */
  public void reset() {
    wire.reset();
  }

  /** Ends the stream in an orderly way. */
  @Override
  public void close() {
    wire.close();
  }

  private static String sha1(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
