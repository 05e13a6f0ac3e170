package org.serverroster.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The server's side of one component stream (XEP-0114) with the hand-over of the shim, as cheap as
 * can be: it hands stanzas over with so many in flight, acknowledges what is sent, and answers
 * every question with an error. It does not check the secret.
 */
final class ServerSide implements AutoCloseable {

  static final String HOST = "capulet.lit";
  static final String COMPONENT = "roster.capulet.lit";
  static final String SECRET = "a-secret-of-the-bench";

  /** As many as our shims have in flight. */
  static final int WINDOW = 32;

  private static final String HANDOVER = "urn:server-roster:handover:0";

  private final ServerSocket listening;
  private volatile CountDownLatch authenticated = new CountDownLatch(1);
  private final AtomicInteger streams = new AtomicInteger();
  private volatile Socket socket;
  private volatile OutputStream output;
  private volatile Load load;
  private volatile Consumer<String> listener = stanza -> {};

  private ServerSide(ServerSocket listening) {
    this.listening = listening;
  }

  /** Listens on a free port of 127.0.0.1 for one component at a time. */
  static ServerSide start() throws IOException {
    var side = new ServerSide(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
    var thread = new Thread(side::serve, "server-side");
    thread.setDaemon(true);
    thread.start();
    return side;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  /** Is called, on the reading thread, with each stanza that the component sends. */
  void onSent(Consumer<String> listener) {
    this.listener = listener;
  }

  void awaitComponent() throws InterruptedException, IOException {
    if (!authenticated.await(60, TimeUnit.SECONDS)) {
      throw new IOException("no component has come");
    }
  }

  /** How many streams there have been so far. */
  int streams() {
    return streams.get();
  }

  /**
   * Hands stanzas over and waits until all are acknowledged.
   *
   * @return how long that took, in nanoseconds
   */
  long handOver(int count, IntFunction<String> stanza, int seconds)
      throws InterruptedException, IOException {
    var begun = System.nanoTime();
    var ours = new Load(count, stanza);
    load = ours;
    synchronized (this) {
      for (int i = 0; i < WINDOW; i++) {
        ours.next();
      }
      output.flush();
    }
    if (!ours.done.await(seconds, TimeUnit.SECONDS)) {
      throw new IOException("only " + ours.acknowledged + " of " + count + " were acknowledged");
    }
    if (ours.refused > 0) {
      throw new IOException(ours.refused + " hand-overs were answered with an error");
    }
    return System.nanoTime() - begun;
  }

  /** Says something on the stream. */
  synchronized void say(String xml) throws IOException {
    write(xml);
    output.flush();
  }

  private final class Load {
    final int count;
    final IntFunction<String> stanza;
    final CountDownLatch done;
    int sent;
    volatile int acknowledged;
    volatile int refused;

    Load(int count, IntFunction<String> stanza) {
      this.count = count;
      this.stanza = stanza;
      this.done = new CountDownLatch(1);
    }

    void next() throws IOException {
      if (sent < count) {
        int number = sent++;
        write(
            "<iq type='set' from='"
                + HOST
                + "' to='"
                + COMPONENT
                + "' id='load-"
                + number
                + "'><handover xmlns='"
                + HANDOVER
                + "' seq='"
                + number
                + "'>"
                + stanza.apply(number)
                + "</handover></iq>");
      }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
    void answered(boolean result) throws IOException {
      refused += result ? 0 : 1;
      acknowledged++;
      if (acknowledged == count) {
        done.countDown();
      } else {
        next();
      }
    }
  }

  private void serve() {
    while (!listening.isClosed()) {
      try (Socket accepted = listening.accept()) {
        accepted.setTcpNoDelay(true);
        socket = accepted;
        output = new BufferedOutputStream(accepted.getOutputStream(), 65536);
        read(new StanzaScanner(new BufferedInputStream(accepted.getInputStream(), 65536)));
      } catch (SocketException gone) {
        // killed, or we are closed
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        authenticated = new CountDownLatch(1);
      }
    }
  }

  private void read(StanzaScanner scanner) throws IOException {
    scanner.header();
    say(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
            + " xmlns:stream='http://etherx.jabber.org/streams' from='"
            + COMPONENT
            + "' id='bench'>");
    String handshake = scanner.next();
    if (handshake == null) {
      return; // gone again before it has said anything
    }
    if (!handshake.contains(sha1("bench" + SECRET))) {
      throw new IOException("not the secret");
    }
    say("<handshake/>");
    streams.incrementAndGet();
    authenticated.countDown();
    for (String stanza = scanner.next(); stanza != null; stanza = scanner.next()) {
      synchronized (this) {
        take(stanza);
        if (!scanner.hasMore()) {
          output.flush();
        }
      }
    }
  }

  private void take(String stanza) throws IOException {
    boolean question = stanza.startsWith("<iq") && attribute(stanza, "type").equals("set");
    if (question && stanza.contains("<send ")) {
      acknowledge(stanza, stanza.indexOf("<iq", 1));
    } else if (stanza.startsWith("<iq")
        && load != null
        && attribute(stanza, "id").startsWith("load-")) {
      load.answered(attribute(stanza, "type").equals("result"));
      return;
    }
    listener.accept(stanza);
  }

  private void acknowledge(String send, int innerIq) throws IOException {
    String inner = "";
    if (innerIq > 0) {
      String asked = send.substring(innerIq);
      inner =
          "<iq type='error' id='"
              + attribute(asked, "id")
              + "' from='"
              + attribute(asked, "to")
              + "'><error type='cancel'><service-unavailable"
              + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
    }
    write(
        "<iq type='result' from='"
            + attribute(send, "to")
            + "' to='"
            + COMPONENT
            + "' id='"
            + attribute(send, "id")
            + "'>"
            + inner
            + "</iq>");
  }

  private void write(String xml) throws IOException {
    output.write(xml.getBytes(StandardCharsets.US_ASCII));
  }

  /** The value of an attribute of the first tag; empty when it has none. */
  static String attribute(String stanza, String name) {
    int end = stanza.indexOf('>');
    for (char quote : new char[] {'\'', '"'}) {
      int from = stanza.indexOf(" " + name + "=" + quote);
      if (from >= 0 && from < end) {
        int value = from + name.length() + 3;
        return stanza.substring(value, stanza.indexOf(quote, value));
      }
    }
    return "";
  }

  static String sha1(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    if (socket != null) {
      socket.close();
    }
  }

  /** Cuts a stream into stanzas without looking into them. */
  static final class StanzaScanner {
    private final InputStream in;
    private final StringBuilder text = new StringBuilder();

    StanzaScanner(InputStream in) {
      this.in = in;
    }

    /** Reads to the end of the stream's own start tag and returns it. */
    String header() throws IOException {
      text.setLength(0);
      int at = in.read();
      while (at >= 0) {
        text.append((char) at);
        if (at == '>' && text.indexOf("<stream:stream") >= 0) {
          return text.toString();
        }
        at = in.read();
      }
      return text.toString();
    }

    boolean hasMore() throws IOException {
      return in.available() > 0;
    }

    /** The next child of the stream element; null at its end. */
    String next() throws IOException {
      text.setLength(0);
      int depth = 0;
      int before = 0;
      int quote = 0;
      boolean tag = false;
      boolean closing = false;
      for (int at = in.read(); at >= 0; at = in.read()) {
        if (depth == 0 && !tag && at != '<') {
          continue; // white space between stanzas
        }
        text.append((char) at);
        if (tag && quote != 0) {
          quote = at == quote ? 0 : quote;
        } else if (tag && (at == '\'' || at == '"')) {
          quote = at;
        } else if (at == '<') {
          tag = true;
          closing = false;
        } else if (tag && at == '/' && before == '<') {
          closing = true;
        } else if (tag && at == '>') {
          tag = false;
          depth += closing ? -1 : before == '/' ? 0 : 1;
          if (depth < 0) {
            return null;
          } else if (depth == 0) {
            return text.toString();
          }
        }
        before = at;
      }
      return null;
    }
  }
}
