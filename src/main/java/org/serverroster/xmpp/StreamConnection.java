package org.serverroster.xmpp;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jivesoftware.smack.util.XmlStringBuilder;
import org.xmlpull.v1.XmlPullParser;
import org.xmlpull.v1.XmlPullParserException;

/** One TCP connection to the server, from connecting to closing (XEP-0114, section 3). */
final class StreamConnection implements Closeable {

  private static final String STREAMS = "http://etherx.jabber.org/streams";
  private static final int TLS_ALERT = 21; // RFC 8446, section 5.1
  private static final String END = "</stream:stream>";

  private final StreamSettings settings;
  private final Socket plain = new Socket();
  private final ReentrantLock writing = new ReentrantLock();
  private Socket socket = plain;
  private MeteredInput input;
  private OutputStream output;
  private GuardedParser parser;
  private volatile long lastWriteNanos = System.nanoTime();

  StreamConnection(StreamSettings settings) {
    this.settings = settings;
  }

  /**
   * Connects and proves that we know the secret; returns when the server has accepted it.
   *
   * @throws StreamErrorException if the server refuses; the condition says why
   */
  void open() throws IOException, XmlPullParserException {
    int timeout = Math.toIntExact(settings.connectTimeout().toMillis());
    plain.setKeepAlive(true);
    plain.setTcpNoDelay(true);
    plain.connect(new InetSocketAddress(settings.host(), settings.port()), timeout);
    plain.setSoTimeout(timeout);
    if (settings.directTls()) {
      socket = DirectTls.wrap(plain, settings.host(), settings.port(), settings.tlsCa());
    }
    socket.setSoTimeout(pollMillis());
    input = new MeteredInput(socket.getInputStream(), settings.maxStanzaSize());
    input.patience(settings.connectTimeout());
    output = socket.getOutputStream();
    parser = new GuardedParser(input, settings.maxDepth());
    handshake();
    input.patience(settings.idleLimit());
  }

  private void handshake() throws IOException, XmlPullParserException {
    write(
        new XmlStringBuilder()
            .append("<?xml version='1.0'?>")
            .halfOpenElement("stream:stream")
            .xmlnsAttribute(Xml.COMPONENT)
            .attribute("xmlns:stream", STREAMS)
            .attribute("to", settings.jid())
            .rightAngleBracket());
    toStreamHeader();
    String streamId = parser.getAttributeValue(null, "id");
    if (streamId == null) {
      // No id, no handshake: what follows can only be an error, such as an unknown component.
      streamId = "";
    }
    write("<handshake>" + proof(streamId, settings.secret()) + "</handshake>");
    boolean answered;
    try {
      answered = parser.toNextChild();
    } catch (EOFException | SocketException closed) {
      answered = false;
    }
    if (!answered) {
      throw new StreamErrorException("not-authorized");
    }
    throwIfStreamError();
    if (!"handshake".equals(parser.getName())) {
      throw new StreamViolationException("bad-format", "no answer to the handshake");
    }
    parser.skipChild();
  }

  private void toStreamHeader() throws IOException, XmlPullParserException {
    try {
      parser.toStreamHeader();
    } catch (EOFException | SocketException | XmlPullParserException e) {
      boolean noXmpp = input.first() < 0 || input.first() == TLS_ALERT;
      if (noXmpp && !settings.directTls()) {
        throw new IOException("the server began no stream: does it expect TLS on this port?", e);
      }
      throw e;
    }
  }

  /** The parser; between two calls of {@link #throwIfStreamError()} its caller moves it. */
  GuardedParser parser() {
    return parser;
  }

  /** Throws what the server complains about if the parser is at the start of a stream error. */
  void throwIfStreamError() throws IOException, XmlPullParserException {
    if (!"error".equals(parser.getName()) || !STREAMS.equals(parser.getNamespace())) {
      return;
    }
    int depth = parser.getDepth();
    String condition = "undefined-condition";
    while (parser.next() != XmlPullParser.END_TAG || parser.getDepth() > depth) {
      if (parser.getEventType() == XmlPullParser.START_TAG
          && parser.getDepth() == depth + 1
          && "urn:ietf:params:xml:ns:xmpp-streams".equals(parser.getNamespace())
          && !"text".equals(parser.getName())) {
        condition = parser.getName();
      }
    }
    throw new StreamErrorException(condition);
  }

  /** Writes and flushes; returns when the operating system has taken it. */
  void write(CharSequence xml) throws IOException {
    byte[] bytes = xml.toString().getBytes(StandardCharsets.UTF_8);
    writing.lock();
    try {
      output.write(bytes);
      output.flush();
      lastWriteNanos = System.nanoTime();
    } finally {
      writing.unlock();
    }
  }

  /** How long nothing has arrived. */
  Duration silence() {
    return input.silence();
  }

  /** How long nothing was sent. */
  Duration quiet() {
    return Duration.ofNanos(System.nanoTime() - lastWriteNanos);
  }

  /** Says goodbye, with a stream error if {@code condition} is not null, if anybody listens. */
  void sayGoodbye(String condition) {
    String end =
        condition == null
            ? END
            : "<stream:error><"
                + condition
                + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                + END;
    try {
      if (output != null && writing.tryLock(1, TimeUnit.SECONDS)) {
        try {
          output.write(end.getBytes(StandardCharsets.UTF_8));
          output.flush();
          socket.shutdownOutput();
        } finally {
          writing.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | UnsupportedOperationException e) {
      // it was a courtesy; the connection is closed anyway
    }
  }

  /** Closes the connection, from any thread; whoever reads or writes gets an exception. */
  @Override
  public void close() {
    try {
      plain.close();
    } catch (IOException e) {
      // gone is gone
    }
  }

  private int pollMillis() {
    long shortest =
        settings.idleLimit().isZero()
            ? settings.connectTimeout().toMillis()
            : Math.min(settings.idleLimit().toMillis(), settings.connectTimeout().toMillis());
    return (int) Math.max(10, Math.min(1000, shortest / 4));
  }

  private static String proof(String streamId, String secret) {
    try {
      byte[] text = (streamId + secret).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("XEP-0114 needs SHA-1", e);
    }
  }
}
