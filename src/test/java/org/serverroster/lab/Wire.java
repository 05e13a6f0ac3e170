package org.serverroster.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * An XMPP stream over a plain socket: cuts what is read into stanzas, keeps them, and can
 * misbehave.
 */
class Wire implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Pattern STREAM_ID = Pattern.compile("\\sid=['\"]([^'\"]*)['\"]");

  private final Socket socket = new Socket();
  private final String namespace;
  private final List<Stanza> all = new ArrayList<>();
  private final List<Stanza> untaken = new ArrayList<>();
  private final List<Consumer<Stanza>> listeners = new CopyOnWriteArrayList<>();
  private String streamId;
  private boolean closed;
  private boolean paused;
  private boolean resting;

  /** Connects and starts to read; nothing is sent yet. */
  Wire(InetSocketAddress address, String namespace) throws IOException {
    this.namespace = namespace;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(50);
    socket.connect(address, (int) PATIENCE.toMillis());
    var reader = new Thread(this::read, "wire-" + address.getPort());
    reader.setDaemon(true);
    reader.start();
  }

  /** Opens (or opens again) the stream and returns the id that the server gave it. */
  String open(String to) throws IOException {
    synchronized (this) {
      streamId = null;
    }
    send(
        "<?xml version='1.0'?><stream:stream xmlns='%s' to='%s' version='1.0' xmlns:stream='http://etherx.jabber.org/streams'>"
            .formatted(namespace, to));
    synchronized (this) {
      waitUntil(() -> streamId != null || closed, "a stream header from the server");
      return streamId;
    }
  }

  /** Sends text as it is. */
  void send(String xml) throws IOException {
    var bytes = xml.getBytes(StandardCharsets.UTF_8);
    var out = socket.getOutputStream();
    synchronized (out) {
      out.write(bytes);
      out.flush();
    }
  }

  /** Everything received so far. */
  synchronized List<Stanza> received() {
    return List.copyOf(all);
  }

  /** Forgets everything received so far. */
  synchronized void clear() {
    all.clear();
    untaken.clear();
  }

  /** Forgets one stanza; what came with it in the same packet stays. */
  synchronized void forget(Stanza stanza) {
    all.remove(stanza);
    untaken.remove(stanza);
  }

  /** Takes the first stanza that matches and was not taken before; waits for it. */
  synchronized Stanza await(Predicate<Stanza> wanted) {
    var found = new Stanza[1];
    waitUntil(
        () -> {
          found[0] = untaken.stream().filter(wanted).findFirst().orElse(null);
          return found[0] != null;
        },
        "a matching stanza");
    untaken.remove(found[0]);
    return found[0];
  }

  /** Calls the listener for every stanza that comes from now on, in the thread that reads. */
  void onStanza(Consumer<Stanza> listener) {
    listeners.add(listener);
  }

  /** Stops to read, as a frozen program does; returns when the last read has ended. */
  synchronized void stopReading() {
    paused = true;
    waitUntil(() -> resting || closed, "the reader to rest");
  }

  /** Reads on. */
  synchronized void resumeReading() {
    paused = false;
    notifyAll();
  }

  /** True once the other side or we have ended the connection. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Breaks the connection with a TCP reset: what is under way is lost. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      markClosed();
    }
  }

  /** Closes the stream in an orderly way. */
  @Override
  public void close() {
    try {
      if (!isClosed()) {
        send("</stream:stream>");
      }
      socket.close();
    } catch (IOException e) {
      // The other side was faster.
    } finally {
      markClosed();
    }
  }

  private synchronized void waitUntil(BooleanSupplier done, String what) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      var left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0 || (closed && !what.startsWith("the reader"))) {
        throw new NoSuchElementException(
            "Waited for %s; stream %s; received: %s"
                .formatted(
                    what, closed ? "closed" : "open", all.stream().map(Stanza::xml).toList()));
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while waiting for " + what, e);
      }
    }
  }

  private void read() {
    var chunk = new byte[8192];
    var splitter = new StanzaSplitter(new Reader());
    try (InputStream in = socket.getInputStream()) {
      while (true) {
        restWhilePaused();
        try {
          var count = in.read(chunk);
          if (count < 0) {
            return;
          }
          splitter.accept(chunk, count);
        } catch (SocketTimeoutException e) {
          // Time to look whether we shall rest.
        }
      }
    } catch (IOException e) {
      // Reset by the other side, or closed by ours.
    } finally {
      markClosed();
    }
  }

  private synchronized void restWhilePaused() throws IOException {
    while (paused && !closed) {
      resting = true;
      notifyAll();
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    resting = false;
  }

  private synchronized void markClosed() {
    closed = true;
    notifyAll();
  }

  private void take(String xml) {
    var stanza = Stanza.parse(xml, namespace);
    synchronized (this) {
      all.add(stanza);
      untaken.add(stanza);
      notifyAll();
    }
    listeners.forEach(listener -> listener.accept(stanza));
  }

  private synchronized void takeHeader(String tag) {
    var matcher = STREAM_ID.matcher(tag);
    streamId = matcher.find() ? matcher.group(1) : "";
    notifyAll();
  }

  private final class Reader implements StanzaSplitter.Listener {
    @Override
    public void header(String tag) {
      takeHeader(tag);
    }

    @Override
    public void stanza(String xml) {
      take(xml);
    }

    @Override
    public void end() {
      markClosed();
    }
  }
}
