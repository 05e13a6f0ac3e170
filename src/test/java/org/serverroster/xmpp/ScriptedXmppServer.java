package org.serverroster.xmpp;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ServerSocketFactory;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xmlpull.v1.XmlPullParser;

/**
 * The server's side of XEP-0114 on a real socket of 127.0.0.1, with the shim of the hand-over: does
 * what a test tells it and keeps all that it receives. By default it accepts the right secret,
 * holds on to the first stream of two, and acknowledges every {@code <send/>}.
 *
 * <pre>{@code
 * try (var server = ScriptedXmppServer.start("roster.capulet.lit", "secret")) {
 *   // point the component at server.host(), server.port()
 *   server.awaitStream();
 *   var ack = server.handOver("capulet.lit",
 *       "<presence from='montague.lit' to='capulet.lit' type='subscribe'/>");   // waits for it
 *   assertEquals("result", ack.getAttribute("type"));
 *   var subscribed = server.awaitSent(s -> s.getAttribute("type").equals("subscribed"));
 *   assertEquals("montague.lit", subscribed.getAttribute("to"));
 *   server.drop();               // the connection breaks; the component comes back by itself
 *   server.awaitStream();
 * }
 * }</pre>
 */
public final class ScriptedXmppServer implements AutoCloseable {

  /** Namespace of the hand-over. */
  public static final String HANDOVER = "urn:server-roster:handover:0";

  /** What happens to a second stream of the same component. */
  public enum Second {
    /** It gets {@code conflict} instead of the handshake (Prosody's default). */
    REFUSED,
    /** It gets {@code conflict} just behind the accepted handshake. */
    REFUSED_LATE,
    /** It is accepted and the first gets {@code conflict} (Prosody's kick_old). */
    REPLACES
  }

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String component;
  private final String secret;
  private final ServerSocketFactory sockets;
  private final int port;
  private final List<Element> received = new CopyOnWriteArrayList<>();
  private final List<Peer> peers = new CopyOnWriteArrayList<>();
  private final List<String> ends = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicInteger ids = new AtomicInteger();
  private volatile ServerSocket listening;
  private volatile Peer holder;
  private volatile Second second = Second.REFUSED;
  private volatile boolean refusing;
  private volatile boolean hangingUp;
  private volatile boolean mute;
  private volatile boolean frozen;
  private volatile String behindHandshake = "";
  private volatile Function<Element, String> answerToSend = send -> "";

  private ScriptedXmppServer(String component, String secret, int port, ServerSocketFactory sockets)
      throws IOException {
    this.component = component;
    this.secret = secret;
    this.sockets = sockets;
    this.listening = listen(port);
    this.port = listening.getLocalPort();
    serve(listening);
  }

  /** Starts on a free port of 127.0.0.1. */
  public static ScriptedXmppServer start(String component, String secret) throws IOException {
    return start(component, secret, 0, ServerSocketFactory.getDefault());
  }

  /** Starts on this port (0: a free one) with sockets from {@code sockets}, such as TLS ones. */
  public static ScriptedXmppServer start(
      String component, String secret, int port, ServerSocketFactory sockets) throws IOException {
    return new ScriptedXmppServer(component, secret, port, sockets);
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  /** Where a component connects. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  // ---- what it shall do ----

  /** Answers every handshake from now on with {@code not-authorized} (or again checks it). */
  public void refuseSecret(boolean refuse) {
    refusing = refuse;
  }

  /** Closes the connection instead of answering the handshake. */
  public void hangUpOnHandshake(boolean hangUp) {
    hangingUp = hangUp;
  }

  /** Accepts connections and then says nothing at all. */
  public void mute(boolean mute) {
    this.mute = mute;
  }

  public void second(Second second) {
    this.second = second;
  }

  /** Sends this in the same segment as the next {@code <handshake/>}. */
  public void behindHandshake(String xml) {
    behindHandshake = xml;
  }

  /** Acknowledges each {@code <send/>} (the default). */
  public void acknowledgeSends() {
    answerToSend = send -> "";
  }

  /** Leaves each {@code <send/>} without an answer. */
  public void ignoreSends() {
    answerToSend = send -> null;
  }

  /** Answers each {@code <send/>} with an error, such as {@code ("forbidden", "auth")}. */
  public void refuseSends(String condition, String type) {
    answerToSend = send -> error(condition, type);
  }

  /**
   * Answers each {@code <send/>} with what the function makes of the stanza inside: the content of
   * the result, an {@code <error/>}, or null for no answer.
   */
  public void answerSends(Function<Element, String> content) {
    answerToSend = content;
  }

  /** Reads nothing any more, until it is thawed or the connection ends. */
  public void freeze() {
    frozen = true;
  }

  public void thaw() {
    frozen = false;
  }

  // ---- what it says ----

  /** Sends this as it is, in one segment. */
  public void send(String xml) {
    send(xml.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends each of these in a segment of its own. */
  public void send(byte[]... segments) {
    Peer peer = holder;
    if (peer == null) {
      throw new IllegalStateException("no component is connected");
    }
    for (byte[] segment : segments) {
      peer.write(segment);
    }
  }

  /** Hands a stanza over without waiting; returns the id of the IQ. */
  public String startHandOver(String host, String stanza) {
    return startHandOver(host, component, stanza);
  }

  /** Hands a stanza over from and to whatever JIDs; returns the id of the IQ. */
  public String startHandOver(String from, String to, String stanza) {
    String id = "handover-" + ids.incrementAndGet();
    send(
        "<iq type='set' from='%s' to='%s' id='%s'><handover xmlns='%s' seq='%d'>%s</handover></iq>"
            .formatted(from, to, id, HANDOVER, ids.get(), stanza));
    return id;
  }

  /** Hands a stanza over again, as a server does that has not seen the acknowledgement. */
  public void handOverAgain(String id, String host, String stanza) {
    send(
        "<iq type='set' from='%s' to='%s' id='%s'><handover xmlns='%s' seq='%s'>%s</handover></iq>"
            .formatted(host, component, id, HANDOVER, id.substring("handover-".length()), stanza));
  }

  /** Hands a stanza over and waits for the answer, a result or an error. */
  public Element handOver(String host, String stanza) {
    return awaitAnswer(startHandOver(host, stanza));
  }

  /** Closes the stream in good order; nobody holds it when this returns. */
  public void endStream() {
    Peer peer = holder;
    peer.write("</stream:stream>".getBytes(StandardCharsets.UTF_8));
    peer.close(false);
    letGo(peer);
  }

  /**
   * Resets the connection: what was not read is lost, as when a machine dies. Nobody holds the
   * stream when this returns, so that who waits for one waits for the next.
   */
  public void drop() {
    Peer peer = holder;
    if (peer != null) {
      peer.close(true);
      letGo(peer);
    }
  }

  /** Stops listening and resets all connections. */
  public void stop() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    peers.forEach(peer -> peer.close(true));
    await().atMost(PATIENCE).until(() -> holder == null);
  }

  /** Listens again on the same port. */
  public void restart() throws IOException {
    listening = listen(port);
    serve(listening);
  }

  @Override
  public void close() {
    stop();
  }

  // ---- what it has heard ----

  /** All stanzas so far, in order. */
  public List<Element> received() {
    return received;
  }

  /** How each stream ended so far: {@code </stream>}, the condition of an error, or EOF. */
  public List<String> ends() {
    return ends;
  }

  /** Forgets what it has heard. */
  public void forget() {
    received.clear();
    ends.clear();
  }

  /** How many handshakes it has accepted. */
  public int accepted() {
    return accepted.get();
  }

  /** How many TCP connections it has accepted. */
  public int attempts() {
    return attempts.get();
  }

  /** How many connections are open. */
  public int open() {
    return peers.size();
  }

  /** Waits until a component has authenticated. */
  public void awaitStream() {
    await().atMost(PATIENCE).until(() -> holder != null);
  }

  /** Waits for a stanza at the top of the stream. */
  public Element awaitStanza(Predicate<Element> wanted) {
    return awaitIn(wanted, Function.identity());
  }

  /** Waits for the answer to the IQ with this id. */
  public Element awaitAnswer(String id) {
    return awaitStanza(
        e ->
            e.getLocalName().equals("iq")
                && e.getAttribute("id").equals(id)
                && List.of("result", "error").contains(e.getAttribute("type")));
  }

  /** Waits for a stanza that shall be sent in a host's name (inside {@code <send/>}). */
  public Element awaitSent(Predicate<Element> wanted) {
    return awaitIn(wanted, ScriptedXmppServer::sent);
  }

  /** The stanzas that shall be sent in a host's name so far, in order. */
  public List<Element> sent() {
    return received.stream().map(ScriptedXmppServer::sent).filter(e -> e != null).toList();
  }

  /** The first child of this name; null if there is none. */
  public static Element child(Element parent, String name) {
    for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element e && e.getLocalName().equals(name)) {
        return e;
      }
    }
    return null;
  }

  /** The first child of whatever name; null if there is none. */
  public static Element child(Element parent) {
    for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element e) {
        return e;
      }
    }
    return null;
  }

  /** An {@code <error/>} with this condition of RFC 6120, 8.3.3. */
  public static String error(String condition, String type) {
    return "<error type='%s'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
        .formatted(type, condition);
  }

  private Element awaitIn(Predicate<Element> wanted, Function<Element, Element> view) {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> received.stream().map(view).filter(e -> e != null).filter(wanted).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private static Element sent(Element stanza) {
    Element send = child(stanza, "send");
    return send == null || !HANDOVER.equals(send.getNamespaceURI()) ? null : child(send);
  }

  // ---- how it works ----

  private ServerSocket listen(int onPort) throws IOException {
    ServerSocket socket = sockets.createServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), onPort));
    return socket;
  }

  private void serve(ServerSocket socket) {
    start(
        () -> {
          while (!socket.isClosed()) {
            try {
              Peer peer = new Peer(socket.accept());
              attempts.incrementAndGet();
              peers.add(peer);
              start(peer::run);
            } catch (IOException e) {
              // closed, or a client that went away at once
            }
          }
        });
  }

  private synchronized void hold(Peer peer) {
    holder = peer;
  }

  /** Ends a peer's hold on the stream, unless another has it already. */
  private synchronized void letGo(Peer peer) {
    if (holder == peer) {
      holder = null;
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "scripted-xmpp-server");
    thread.setDaemon(true);
    thread.start();
  }

  private final class Peer {
    private final Socket socket;

    private Peer(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
    }

    private void run() {
      String end = "EOF";
      try {
        end = talk();
      } catch (Exception e) {
        end = e.getClass().getSimpleName();
      } finally {
        peers.remove(this);
        letGo(this);
        close(false);
        ends.add(end);
      }
    }

    private String talk() throws Exception {
      XmlPullParser parser =
          PacketParserUtils.newXmppParser(
              new InputStreamReader(
                  new Freezable(socket.getInputStream()), StandardCharsets.UTF_8));
      while (parser.next() != XmlPullParser.START_TAG) {
        // the declaration
      }
      if (mute) {
        while (parser.next() != XmlPullParser.END_DOCUMENT) {
          // says nothing
        }
      }
      String id = "id-&-" + attempts.get();
      write(
          "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
              + " xmlns:stream='http://etherx.jabber.org/streams' from='"
              + parser.getAttributeValue(null, "to")
              + "' id='"
              + id.replace("&", "&amp;")
              + "'>");
      if (!component.equals(parser.getAttributeValue(null, "to"))) {
        return fail("host-unknown");
      }
      while (true) {
        int event = parser.next();
        if (event == XmlPullParser.END_TAG || event == XmlPullParser.END_DOCUMENT) {
          write("</stream:stream>");
          return "</stream>";
        }
        if (event != XmlPullParser.START_TAG) {
          continue;
        }
        Element element = element(PacketParserUtils.parseElement(parser).toString());
        switch (element.getLocalName()) {
          case "handshake" -> {
            String problem = greet(id, element.getTextContent());
            if (problem != null) {
              return problem;
            }
          }
          case "error" -> {
            return child(element).getLocalName();
          }
          default -> take(element);
        }
      }
    }

    private String greet(String id, String proof) throws Exception {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest((id + secret).getBytes(StandardCharsets.UTF_8));
      if (hangingUp) {
        return "hung up";
      }
      if (refusing || !java.util.HexFormat.of().formatHex(digest).equals(proof)) {
        return fail("not-authorized");
      }
      Peer former = holder;
      if (former != null && second == Second.REFUSED) {
        return fail("conflict");
      }
      if (former != null && second == Second.REFUSED_LATE) {
        write("<handshake/>");
        return fail("conflict");
      }
      hold(this);
      if (former != null) {
        former.fail("conflict");
        former.close(false);
      }
      String more = behindHandshake;
      behindHandshake = "";
      accepted.incrementAndGet();
      write("<handshake/>" + more);
      return null;
    }

    private void take(Element stanza) {
      received.add(stanza);
      Element send = child(stanza, "send");
      if (send != null && HANDOVER.equals(send.getNamespaceURI())) {
        String content = answerToSend.apply(child(send));
        if (content != null) {
          write(
              "<iq type='%s' from='%s' to='%s' id='%s'>%s</iq>"
                  .formatted(
                      content.startsWith("<error") ? "error" : "result",
                      stanza.getAttribute("to"),
                      stanza.getAttribute("from"),
                      stanza.getAttribute("id"),
                      content));
        }
      }
    }

    private String fail(String condition) {
      write(
          "<stream:error><"
              + condition
              + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
      return "sent " + condition;
    }

    private void write(String xml) {
      write(xml.getBytes(StandardCharsets.UTF_8));
    }

    private void write(byte[] bytes) {
      try {
        synchronized (socket) {
          socket.getOutputStream().write(bytes);
          socket.getOutputStream().flush();
        }
      } catch (IOException e) {
        // the component went away: the reader sees that too
      }
    }

    private void close(boolean reset) {
      try {
        if (reset) {
          socket.setSoLinger(true, 0);
        }
        socket.close();
      } catch (IOException e) {
        // closed is closed
      }
    }
  }

  private static Element element(String xml) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    String document =
        "<s xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>"
            + xml
            + "</s>";
    return child(
        factory
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(document)))
            .getDocumentElement());
  }

  /** This element as XML, for messages. */
  public static String xml(Element element) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    javax.xml.transform.TransformerFactory.newInstance()
        .newTransformer()
        .transform(
            new javax.xml.transform.dom.DOMSource(element),
            new javax.xml.transform.stream.StreamResult(out));
    return out.toString(StandardCharsets.UTF_8);
  }

  private final class Freezable extends FilterInputStream {
    private Freezable(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      while (frozen) {
        Thread.onSpinWait();
        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
      }
      return super.read(buffer, offset, length);
    }
  }
}
