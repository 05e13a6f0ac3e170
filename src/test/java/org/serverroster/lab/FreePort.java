package org.serverroster.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers that are told where to listen. A port that is free when one asks may be taken
 * when the server starts, so each JVM that runs tests has a range of its own, below the one from
 * which the system takes ports for whoever wants any (32768 on Linux).
 */
public final class FreePort {

  private static final int FIRST = 11_000;
  private static final int RANGE = 1_500;
  private static final int RANGES = 14;
  private static final int FORKS = 2;

  private static final int BASE = FIRST + RANGE * range();

  /** From anywhere in the range, as another checkout may be at work here, too. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

  private FreePort() {}

  /** One of 127.0.0.1 that nobody else is given for a long time. */
  public static int next() throws IOException {
    IOException last = null;
    for (int i = 0; i < RANGE; i++) {
      int port = BASE + Math.floorMod(NEXT.getAndIncrement(), RANGE);
      try (var socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        last = taken;
      }
    }
    throw new IOException("no port is free from " + BASE, last);
  }

  static InetSocketAddress address() throws IOException {
    return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), next());
  }

  /** The forks of a build run side by side; anything else takes one by its process id. */
  private static int range() {
    String fork = System.getProperty("test.fork", "");
    return fork.matches("[12]")
        ? Integer.parseInt(fork) - 1
        : FORKS + (int) (ProcessHandle.current().pid() % (RANGES - FORKS));
  }
}
