package org.serverroster.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server that we started and that we end: by its handle, and at the latest when the JVM exits.
 */
final class ServerProcess {
  private static final String GREETING =
      "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
          + " xmlns:stream='http://etherx.jabber.org/streams' to='nobody.invalid'>";
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Process process;
  private final Thread hook;
  private final Path console;

  private ServerProcess(Process process, Path console) {
    this.process = process;
    this.console = console;
    this.hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Starts the command in the folder; its output goes to {@code console} there. */
  static ServerProcess start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    var console = folder.resolve("console.log");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
    return new ServerProcess(builder.start(), console);
  }

  /** A port of 127.0.0.1 that was free a moment ago. */
  static InetSocketAddress freeAddress() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  /**
   * Waits until an XMPP server speaks at the address. A port that only listens is not enough: the
   * kernel accepts for a server that is still loading.
   */
  void awaitAnswer(InetSocketAddress address) throws IOException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (var socket = new Socket()) {
        socket.connect(address, 1000);
        socket.setSoTimeout(1000);
        socket.getOutputStream().write(GREETING.getBytes(StandardCharsets.US_ASCII));
        if (socket.getInputStream().read() >= 0) {
          return;
        }
        throw new IOException("Closed without a word");
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          kill9();
          throw new IOException(
              "The server does not answer on %s: %s".formatted(address, Files.readString(console)),
              e);
        }
        pause();
      }
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  void signal(String name) throws IOException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start();
    await(kill);
  }

  void kill9() {
    process.destroyForcibly();
    await(process);
    forgetHook();
  }

  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    await(process);
    forgetHook();
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is exiting: the hook is running already.
    }
  }

  private static void await(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(25);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("Interrupted", e));
    }
  }
}
