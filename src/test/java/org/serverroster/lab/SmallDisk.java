package org.serverroster.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A disk of the database's own, in memory, that can be filled; needs root. */
public final class SmallDisk implements AutoCloseable {

  private static final String SIZE = "size=600m";

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one at that folder; null where that is not allowed, which the caller has to say. */
  public static SmallDisk at(Path folder) throws IOException {
    Files.createDirectories(folder);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", SIZE, "server-roster-fault", folder.toString());
    if (!mounted) {
      return null;
    }
    // Also when the run is interrupted; what still uses it then has it until it ends.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> unmount(folder), "small-disk"));
    return new SmallDisk(folder);
  }

  /** Takes away the one that a run left behind there when it was killed, if there is any. */
  public static void unmount(Path folder) {
    try {
      run("umount", "--lazy", folder.toString());
    } catch (IOException e) {
      // it stays until the machine is restarted
    }
  }

  /** Leaves no room on it. */
  public void fill() throws IOException {
    byte[] megabyte = new byte[1 << 20];
    try (OutputStream ballast = Files.newOutputStream(folder.resolve("ballast"))) {
      while (true) {
        ballast.write(megabyte);
      }
    } catch (IOException full) {
      // as it was meant to be
    }
  }

  /** Makes room again. */
  public void free() throws IOException {
    Files.deleteIfExists(folder.resolve("ballast"));
  }

  @Override
  public void close() {
    unmount(folder);
  }

  private static boolean run(String... command) throws IOException {
    try {
      return new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
