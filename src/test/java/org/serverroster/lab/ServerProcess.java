package org.serverroster.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A server that we started and that we end: by its handle, and at the latest when the JVM exits.
 */
final class ServerProcess {
  private static final String GREETING =
      "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
          + " xmlns:stream='http://etherx.jabber.org/streams' to='nobody.invalid'>";
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  /** What we started and did not see ending; its lock is held while a process is being started. */
  private static final Set<Process> RUNNING = new HashSet<>();

  private static boolean exiting;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ServerProcess::endAll, "lab-exit"));
  }

  private final Process process;
  private final Path console;

  private ServerProcess(Process process, Path console) {
    this.process = process;
    this.console = console;
  }

  /** Starts the command in the folder; its output goes to {@code console} there. */
  static ServerProcess start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    var console = folder.resolve("console.log");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    var inherited = builder.environment();
    inherited.keySet().removeIf(name -> name.matches("(ROSTER|QUARKUS)_.*"));
    inherited.putAll(environment);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
    synchronized (RUNNING) {
      if (exiting) {
        throw new IOException("Not started: the JVM is exiting");
      }
      var process = builder.start();
      RUNNING.add(process);
      return new ServerProcess(process, console);
    }
  }

  /** Ends every process, and sees to it that no further one starts. */
  private static void endAll() {
    synchronized (RUNNING) {
      exiting = true;
      for (Process process : RUNNING) {
        // While it lives they are known as its own; frozen ones would never notice its end.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
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

  /**
   * Waits for a condition while the process runs.
   *
   * @throws IOException if the process ends or the time is over, with its console
   */
  void awaitTrue(Duration patience, BooleanSupplier condition) throws IOException {
    var end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new IOException("The process has ended: " + Files.readString(console));
      } else if (System.nanoTime() > end) {
        throw new IOException("Not within %s: %s".formatted(patience, Files.readString(console)));
      }
      pause();
    }
  }

  /** Waits for the end and returns the exit code. */
  int awaitExit(Duration patience) throws IOException {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("Still running after " + patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
    awaitEnd();
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
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
    awaitEnd();
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
    awaitEnd();
  }

  private void awaitEnd() {
    await(process);
    synchronized (RUNNING) {
      RUNNING.remove(process);
    }
  }

  private static void await(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until the next look, or until the process ends. */
  private void pause() {
    try {
      process.waitFor(25, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("Interrupted", e));
    }
  }
}
