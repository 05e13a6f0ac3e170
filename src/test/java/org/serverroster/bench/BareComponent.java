package org.serverroster.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A component with nothing behind it: it sends back what it gets, or writes what it is told. */
final class BareComponent implements AutoCloseable {

  private final Socket socket;
  private final OutputStream output;
  private final ServerSide.StanzaScanner scanner;

  BareComponent(InetSocketAddress server) throws IOException {
    this(server, ServerSide.COMPONENT, ServerSide.SECRET);
  }

  BareComponent(InetSocketAddress server, String domain, String secret) throws IOException {
    socket = new Socket(server.getAddress(), server.getPort());
    socket.setTcpNoDelay(true);
    output = new BufferedOutputStream(socket.getOutputStream(), 65536);
    scanner = new ServerSide.StanzaScanner(new BufferedInputStream(socket.getInputStream()));
    write(
        "<stream:stream xmlns='jabber:component:accept'"
            + " xmlns:stream='http://etherx.jabber.org/streams' to='"
            + domain
            + "'>");
    output.flush();
    String header = scanner.header();
    String id = ServerSide.attribute(header.substring(header.indexOf("<stream:stream")), "id");
    write("<handshake>" + ServerSide.sha1(id + secret) + "</handshake>");
    output.flush();
    if (!"<handshake/>".equals(scanner.next())) {
      throw new IOException("refused");
    }
  }

  /** Answers the next question with a send of one presence, as the service answers a decision. */
  void echo() throws IOException {
    scanner.next();
    write(send("echo", "subscribed", "echo.example"));
    output.flush();
    scanner.next(); // the acknowledgement
  }

  /**
   * Writes that many stanzas as fast as the server takes them; acknowledgements are read beside.
   */
  void broadcast(int count, String addresses) throws IOException {
    listen(acknowledgement -> {});
    for (int i = 1; i <= count; i++) {
      write(send("b" + i, null, addresses.replace("%d", Integer.toString(i))));
    }
    output.flush();
  }

  /** From now on each stanza goes there. */
  void listen(Consumer<String> listener) {
    var reading = new Thread(() -> readTo(listener), "arriving");
    reading.setDaemon(true);
    reading.start();
  }

  /** Says something, now. */
  void say(String xml) throws IOException {
    write(xml);
    output.flush();
  }

  private void readTo(Consumer<String> listener) {
    try {
      for (String stanza = scanner.next(); stanza != null; stanza = scanner.next()) {
        listener.accept(stanza);
      }
    } catch (IOException e) {
      // the end
    }
  }

  static String send(String id, String type, String to) {
    return "<iq type='set' id='"
        + id
        + "' from='"
        + ServerSide.COMPONENT
        + "' to='"
        + ServerSide.HOST
        + "'><send xmlns='urn:server-roster:handover:0'><presence xmlns='jabber:client' to='"
        + to
        + "' id='sr-"
        + id
        + "'"
        + (type == null ? "" : " type='" + type + "'")
        + "/></send></iq>";
  }

  private void write(String xml) throws IOException {
    output.write(xml.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
