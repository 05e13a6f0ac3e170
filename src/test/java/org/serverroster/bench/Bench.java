package org.serverroster.bench;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Runs the rows that are asked for, one after the other, and ends. */
public final class Bench {

  static final int FEW = 1_000;
  static final int MANY = 100_000;
  private static final int VERY_MANY = 1_000_000;

  private final Path folder;
  private Path work;
  private final boolean quick;
  private final Report report;
  private final GreenMail smtp;

  private Bench(Path folder, boolean quick) throws IOException {
    this.folder = folder;
    this.work = folder;
    this.quick = quick;
    this.report = new Report(folder.resolve("result.md"));
    this.smtp = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    smtp.start();
  }

  /**
   * @param arguments a folder to work in, then {@code --quick}, {@code --full}, {@code --entries N}
   *     and the names of rows; no name stands for all
   */
  public static void main(String[] arguments) throws Exception {
    var rest = new ArrayList<>(List.of(arguments));
    var folder = Path.of(rest.remove(0));
    boolean quick = rest.remove("--quick");
    Set<Integer> sizes = new TreeSet<>(List.of(FEW));
    if (!quick) {
      sizes.add(MANY);
    }
    if (rest.remove("--full")) {
      sizes.add(VERY_MANY);
    }
    int entries = rest.indexOf("--entries");
    if (entries >= 0) {
      rest.remove(entries);
      sizes = Set.of(Integer.valueOf(rest.remove(entries)));
    }
    try {
      new Bench(folder, quick).run(new TreeSet<>(rest), sizes);
      System.exit(0);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1); // threads of the mail sink would go on
    }
  }

  private void run(Set<String> rows, Set<Integer> sizes) throws Exception {
    for (int entries : sizes) {
      work = folder.resolve("with-" + entries);
      if (wanted(rows, "intake-postgresql")) {
        new Intake(this).onPostgresql(entries);
      }
      if (wanted(rows, "intake-h2")) {
        new Intake(this).onH2(entries);
      }
      if (wanted(rows, "intake-prosody")) {
        new Intake(this).throughProsody(entries);
      }
      if (wanted(rows, "decision")) {
        new Outgoing(this).decisions(entries);
      }
      if (wanted(rows, "trusted")) {
        new Lookups(this).trusted(entries);
      }
      if (wanted(rows, "broadcast")) {
        new Outgoing(this).broadcast(entries);
      }
      if (wanted(rows, "broadcast-prosody")) {
        new Outgoing(this).broadcastThroughProsody(entries);
      }
      if (wanted(rows, "start")) {
        new Footprint(this).measure(entries);
      }
    }
    smtp.stop();
  }

  private static boolean wanted(Set<String> rows, String row) {
    return rows.isEmpty() || rows.contains(row);
  }

  /** A folder for one row with so many entries; the next size has one of its own. */
  Path folder(String name) throws IOException {
    return Files.createDirectories(work.resolve(name));
  }

  boolean quick() {
    return quick;
  }

  Report report() {
    return report;
  }

  /** The port of the mail sink. */
  int smtp() {
    return smtp.getSmtp().getPort();
  }

  int runs() {
    return quick ? 1 : 3;
  }

  int requests() {
    return quick ? 8_000 : 12_000;
  }

  int warmUp() {
    return quick ? 12_000 : 20_000;
  }

  int seconds() {
    return quick ? 5 : 8;
  }

  /** Further options of the service's JVM, for whoever profiles it. */
  List<String> jvmOptions() {
    String options = System.getProperty("bench.jvm", "");
    return options.isBlank() ? List.of() : List.of(options.split(" "));
  }
}
