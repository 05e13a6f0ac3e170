package org.serverroster.xmpp;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The bytes of a stream, with two limits: how many may arrive for one stanza, and how long a read
 * may wait for any. Silence is measured while somebody reads, so a reader that is held up by slow
 * routes never takes its peer for dead.
 */
final class MeteredInput extends InputStream {

  private final InputStream in;
  private final long mostBytes;
  private volatile long patienceNanos;
  private volatile long lastReadNanos = System.nanoTime();
  private long bytes;
  private int first = -1;

  /**
   * @param in the socket's stream; its read times out now and then ({@code SO_TIMEOUT})
   * @param mostBytes the most bytes between two calls of {@link #startStanza()}
   */
  MeteredInput(InputStream in, long mostBytes) {
    this.in = in;
    this.mostBytes = mostBytes;
  }

  /** Waits at most this long for the next byte; zero waits for ever. */
  void patience(Duration patience) {
    patienceNanos = patience.toNanos();
  }

  /** A new stanza begins. What was read ahead of it is not counted again. */
  void startStanza() {
    bytes = 0;
  }

  /** The very first byte; -1 while nothing has arrived. */
  int first() {
    return first;
  }

  /** How long nothing has arrived. */
  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastReadNanos);
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    long since = System.nanoTime();
    while (true) {
      try {
        int count = in.read(buffer, offset, length);
        lastReadNanos = System.nanoTime();
        bytes += Math.max(count, 0);
        first = first < 0 && count > 0 ? buffer[offset] : first;
        if (bytes > mostBytes) {
          throw new StreamViolationException(
              "policy-violation", "a stanza of more than " + mostBytes + " bytes");
        }
        return count;
      } catch (SocketTimeoutException nothingYet) {
        long patience = patienceNanos;
        if (patience > 0 && System.nanoTime() - since > patience) {
          throw new IOException(
              "nothing heard for " + Duration.ofNanos(patience).toMillis() + " ms");
        }
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
