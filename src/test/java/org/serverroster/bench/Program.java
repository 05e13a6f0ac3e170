package org.serverroster.bench;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A program that the benchmark starts and ends, and what the kernel knows of it. */
final class Program implements AutoCloseable {

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Path console;
  private final long begun = System.nanoTime();

  private Program(Process process, Path console) {
    this.process = process;
    this.console = console;
  }

  static Program start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Files.createDirectories(folder);
    var console = folder.resolve("console.log");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(ROSTER|QUARKUS)_.*"));
    builder.environment().putAll(environment);
    builder.redirectInput(new File("/dev/null")).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
    var process = builder.start();
    RUNNING.add(process);
    return new Program(process, console);
  }

  /** Runs a program to its end and returns what it said. */
  static String run(Path folder, int seconds, String... command)
      throws IOException, InterruptedException {
    var output = Files.createTempFile(folder, "output", ".txt");
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    var process = builder.redirectOutput(output.toFile()).start();
    RUNNING.add(process);
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(List.of(command) + " failed: " + Files.readString(output));
      }
      return Files.readString(output);
    } finally {
      process.destroyForcibly();
      RUNNING.remove(process);
    }
  }

  /** A Java program with the options that every program of the benchmark gets. */
  static List<String> java(List<String> options, Path jar) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-jar", jar.toAbsolutePath().toString()));
    return command;
  }

  long pid() {
    return process.pid();
  }

  /** Processor time since its start. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Memory that is in the machine's, in MiB. */
  double residentMib() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
          .sum();
    }
  }

  /** Waits until it answers 200 there; returns the milliseconds since its start. */
  double awaitOk(URI address) throws IOException, InterruptedException {
    var client = HttpClient.newHttpClient();
    var request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(2)).build();
    return await(
        program -> {
          try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
          } catch (IOException e) {
            return false;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
          }
        });
  }

  /** Waits until it has said that; returns the milliseconds since its start. */
  double awaitSaid(String word) throws IOException, InterruptedException {
    return await(
        program -> {
          try {
            return Files.readString(console).contains(word);
          } catch (IOException e) {
            return false;
          }
        });
  }

  private double await(Function<Program, Boolean> condition)
      throws IOException, InterruptedException {
    while (!condition.apply(this)) {
      if (!process.isAlive() || System.nanoTime() - begun > 60e9) {
        throw new IOException("not ready: " + Files.readString(console));
      }
      process.waitFor(4, TimeUnit.MILLISECONDS);
    }
    return (System.nanoTime() - begun) / 1e6;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(25, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    RUNNING.remove(process);
  }
}
