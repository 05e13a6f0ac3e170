package org.serverroster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** The table, a line as soon as it is known, on the console and in a file. */
final class Report {

  private final Path file;

  Report(Path file) throws IOException {
    this.file = file;
    line("| row | roster entries before | Server Roster | reference, same run | ratio | target |");
    line("|---|---|---|---|---|---|");
  }

  /** A rate, where more is better. */
  void rate(String row, String entries, double ours, double reference, double target)
      throws IOException {
    row(
        row,
        entries,
        format("%,.0f/s", ours),
        format("%,.0f/s", reference),
        ours / reference,
        format("at least %.1f", target));
  }

  void row(String row, String entries, String ours, String reference, double ratio, String target)
      throws IOException {
    line(
        format(
            "| %s | %s | %s | %s | **%.2f** | %s |", row, entries, ours, reference, ratio, target));
  }

  void fact(String row, String entries, String ours) throws IOException {
    line(format("| %s | %s | %s | - | - | reported |", row, entries, ours));
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  static void say(String pattern, Object... values) {
    System.err.println(format(pattern, values));
  }

  private void line(String text) throws IOException {
    System.out.println(text);
    Files.writeString(file, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
